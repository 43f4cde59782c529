// events.mjs PACKAGES FILE...: reads the event files of a run as TensorBoard does and prints, as JSON, what is left of them.
import { createRequire } from "node:module";

const [packages, ...files] = process.argv.slice(2);
const require = createRequire(packages + "/");
const { RecordReader } = require("tfrecord/lib/record_reader"); // checks both checksums of each record
const protobuf = require("protobufjs");

// The fields that matter here, with the numbers they have in TensorFlow's event.proto and summary.proto.
const { root } = protobuf.parse(`syntax = "proto3";
message Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; SessionLog session_log = 7; }
message SessionLog { int32 status = 1; }
message Summary { repeated Value value = 1; }
message Value { string tag = 1; oneof value { float simple_value = 2; Image image = 4; } }
message Image { int32 height = 1; int32 width = 2; int32 colorspace = 3; bytes encoded_image_string = 4; }`, { keepCase: true });
const Event = root.lookupType("Event");

let kept = [];
let orphans = 0;
for (const file of files.sort()) {
  const reader = await RecordReader.create(file);
  for (let first = true, record; ; first = false) {
    try {
      record = await reader.readRecord();
    } catch (e) {
      if (!String(e).includes("Incomplete read")) throw e;
      break; // a crash left half a record
    }
    if (!record) break;
    const event = Event.toObject(Event.decode(record), { longs: Number, bytes: String, defaults: false });
    if (first && event.file_version !== "brain.Event:2") throw new Error(`${file} begins with ${JSON.stringify(event)}`);
    if (event.session_log?.status === 1) {
      const before = kept.length;
      kept = kept.filter((v) => v.step < event.step);
      orphans += before - kept.length;
    }
    for (const { tag, simple_value, image } of event.summary?.value ?? []) {
      kept.push({ step: event.step, tag, value: simple_value, image: image?.encoded_image_string, width: image?.width, height: image?.height });
    }
  }
  await reader.close();
}
console.log(JSON.stringify({ orphans, values: kept }));
