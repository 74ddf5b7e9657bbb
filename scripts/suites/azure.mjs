/* What the suite of Azure needs: Azurite, Microsoft's stand-in for Blob Storage, which is too large to be a dependency. */
import { setUpAzurite } from "../../bench/setup/azurite.mjs";

export async function setUp() {
  return { BYOML_AZURITE: await setUpAzurite() };
}
