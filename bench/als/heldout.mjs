/** Divides ratings at random: `share` of the pairs are held out, the rest is kept, both in their order. */
export function split(ratings, share, random) {
  const isHeld = Uint8Array.from(ratings.user, () => (random.unit() < share ? 1 : 0));
  const take = (column, wanted) => column.filter((_, n) => isHeld[n] === wanted);
  const part = (wanted) => ({
    ...{ users: ratings.users, items: ratings.items },
    user: take(ratings.user, wanted),
    item: take(ratings.item, wanted),
    rating: take(ratings.rating, wanted),
  });
  return { kept: part(0), held: part(1) };
}
