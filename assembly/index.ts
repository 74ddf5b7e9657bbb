/*
 * The kernels' ABI: what a host may call. Everything takes byte addresses in the one imported memory, which the host plans; kernels
 * hold no state of their own, import nothing but that memory and return 0 or a negative code.
 */

export { addAccesses, countAccess, counterBytes, counterList, emptyCounter, initCounter, internNames } from "./counter";
export { scanCsvRecords } from "./csv";
export { intern } from "./dictionary";
export { diagonaliseGramF32, rotateRowsF32 } from "./eigen";
export { gramBlocksF32, sumGramF32 } from "./gram";
export { allocate, blockBytes, heapBytes, release } from "./heap";
export { initRowsF32 } from "./init";
export { jsonScratchBytes, jsonSlackBytes, scanJsonLines } from "./jsonlines";
export { gramBlockRows, gramBytes, gramPartialBytes, objectiveBlockRows, scratchBytes } from "./layout";
export { copyWordsU32, gatherWordsU32, localityKeysF32, permuteRowsF32, renameSourcesU32 } from "./locality";
export { predictPairsF32 } from "./predict";
export { refineRowsF32 } from "./refine";
export { solveRowsF32 } from "./rows";
export { scoreScaledF64 } from "./scaled";
export { deviationRowsF64, scorePairsF64 } from "./score";
export { takeRows, takerBytes } from "./takerows";
