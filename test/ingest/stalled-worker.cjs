/** In the place of the reading worker: it never finishes its task. */
module.exports = () => new Promise((resolve) => setTimeout(resolve, 2 ** 31 - 1));
