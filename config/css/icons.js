// Picks the icons the pages use out of Lucide and writes them as one sprite. Add a name, then: npm run icons
import { readFileSync, writeFileSync } from "node:fs";

const NAMES = `archive archive-restore arrow-down arrow-up ban bell bell-ring building-2 calendar-clock check check-check chevron-down chevron-left
chevron-right chart-column circle-alert circle-check circle-pause circle-play clipboard-list clock cog columns-3 download external-link flag hand history hourglass inbox info key-round
layout-dashboard layers list-checks list-filter log-out message-square moon package paperclip pencil play plus rotate-ccw route scale scan-line search send skip-forward square-pen sun tag ticket
triangle-alert user user-plus users wifi-off x`.split(/\s+/);

const { version } = JSON.parse(readFileSync("node_modules/lucide-static/package.json"));
const licence = readFileSync("node_modules/lucide-static/LICENSE", "utf8");
const symbols = NAMES.sort().map((name) => {
  const svg = readFileSync(`node_modules/lucide-static/icons/${name}.svg`, "utf8");
  const shapes = svg.replace(/^[^]*?<svg[^>]*>/, "").replace("</svg>", "").replace(/\s+/g, " ").replaceAll(" />", "/>").trim();
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
});
const note = `Icons of Lucide ${version} (https://lucide.dev), ISC and MIT: see icons.LICENSE.txt`;
writeFileSync(
  "config/static/workfloor/icons.svg",
  `<!-- ${note} -->\n<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`,
);
writeFileSync("config/static/workfloor/icons.LICENSE.txt", licence);
