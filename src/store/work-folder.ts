export { WorkFolder } from "../base/work-folder.js";
