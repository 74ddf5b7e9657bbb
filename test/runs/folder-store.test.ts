import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FolderStore } from "../../src/runs/folder-store.js";
import { storeBehaviours } from "./behaviours.js";

const root = mkdtempSync(join(realpathSync(tmpdir()), "byoml-runs-"));
process.once("exit", () => rmSync(root, { recursive: true, force: true }));
let count = 0;

storeBehaviours(
  "a store in a folder",
  async () => {
    const folder = join(root, `store-${count++}`);
    return { open: () => new FolderStore(folder) };
  },
  { runs: 30 },
);
