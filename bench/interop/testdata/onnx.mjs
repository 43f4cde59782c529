// onnx.mjs PACKAGES MODEL EPISODE OUTPUTS: plays an episode's observations through an ONNX model in onnxruntime.
import fs from "node:fs";
import { createRequire } from "node:module";

const [packages, model, episode, outputs] = process.argv.slice(2);
const { InferenceSession, Tensor } = createRequire(packages + "/")("onnxruntime-node");

const { pixels, proprioception, factors, steps } = JSON.parse(fs.readFileSync(episode));
const session = await InferenceSession.create(model);
const batch = steps[0].first.length;

let state = {}; // what first must make the model forget
for (const { name, shape } of session.inputMetadata) {
  if (name.endsWith(".h") || name.endsWith(".c")) {
    state[name] = new Tensor("float32", new Float32Array(batch * shape[1]).fill(NaN), [batch, shape[1]]);
  }
}
const seen = [];
for (const step of steps) {
  const feeds = { ...state };
  for (const name of session.inputNames) {
    if (name === "pixels") {
      feeds[name] = new Tensor("uint8", Uint8Array.from(Buffer.from(step.pixels, "base64")), [batch, ...pixels]);
    } else if (name === "proprioception") {
      feeds[name] = new Tensor("float32", Float32Array.from(step.proprioception), [batch, proprioception]);
    } else if (name === "first") {
      feeds[name] = new Tensor("bool", Uint8Array.from(step.first, Number), [batch]);
    }
  }
  const got = await session.run(feeds);
  const rows = Array.from({ length: batch }, () => []);
  for (const name of [...Array.from({ length: factors }, (_, i) => `logits${i + 1}`), "value"]) {
    const width = got[name].dims[1];
    rows.forEach((row, e) => row.push(...got[name].data.slice(e * width, (e + 1) * width)));
  }
  seen.push(rows.flat());
  state = Object.fromEntries(Object.keys(state).map((name) => [name, got[name + ".next"]]));
}
fs.writeFileSync(outputs, JSON.stringify(seen));
