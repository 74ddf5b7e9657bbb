/*
 * The whole job on numbered pairs, one process: reads columns user, res, count, trains 25 iterations at rank 10 (implicit, nonnegative),
 * predicts every pair and writes columns user, res, prediction: `train-and-predict.mjs IN.parquet OUT.parquet`.
 */
import { asyncBufferFromFile, parquetRead } from "hyparquet";
import { parquetWriteFile } from "hyparquet-writer";
import { Predictor } from "../../dist/als/predict.js";
import { trainAls } from "../../dist/als/train.js";
import { sparkOptions, THREADS } from "../als/ours.mjs";

const [input, filename] = process.argv.slice(2);
const ratings = await readRatings(input);
const { user, item } = ratings;
const factors = await trainAls(ratings, { ...sparkOptions, maxIter: 25 }, { threads: THREADS });
const predictor = await Predictor.start(factors, { threads: THREADS, expected: user.length });
const prediction = await predictor.predict({ user, item });
await predictor.close();
const plain = { encoding: "PLAIN", nullable: false };
parquetWriteFile({
  filename,
  codec: "UNCOMPRESSED",
  statistics: false,
  rowGroupSize: 100_000,
  columnData: [
    { name: "user", data: user, type: "INT32", ...plain },
    { name: "res", data: item, type: "INT32", ...plain },
    { name: "prediction", data: prediction, type: "FLOAT", ...plain },
  ],
});
console.log(JSON.stringify({ rows: prediction.length }));

/** The columns of a Parquet file as ratings; ids are numbers from 0. */
async function readRatings(path) {
  const parts = { user: [], res: [], count: [] };
  await parquetRead({
    file: await asyncBufferFromFile(path),
    columns: Object.keys(parts),
    onChunk: ({ columnName, columnData, rowStart }) => parts[columnName].push({ columnData, rowStart }),
  });
  const column = (name, ArrayType) => {
    const length = parts[name].reduce((sum, { columnData }) => sum + columnData.length, 0);
    const all = new ArrayType(length);
    for (const { columnData, rowStart } of parts[name]) all.set(columnData, rowStart);
    return all;
  };
  const user = column("user", Int32Array);
  const item = column("res", Int32Array);
  const size = (ids) => ids.reduce((most, id) => Math.max(most, id), -1) + 1;
  return { users: size(user), items: size(item), user, item, rating: column("count", Float32Array) };
}
