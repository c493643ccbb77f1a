// The corners of circles as the page makes them: reads [{lat, lng, km}] as JSON from the standard
// input, writes a list of corners, or null, for each.
import { readFileSync } from "node:fs";
import { circleCorners } from "../../dashboard/folium_map/js/engine/circle.js";

const asked = JSON.parse(readFileSync(0, "utf-8"));
process.stdout.write(JSON.stringify(asked.map(({ lat, lng, km }) => circleCorners({ lat, lng }, km))));
