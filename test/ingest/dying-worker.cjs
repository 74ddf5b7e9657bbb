/** In the place of the reading worker: it ends in the middle of its task, as one that runs out of memory does. */
module.exports = () => process.exit(7);
