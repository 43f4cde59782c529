package training

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

// schema is the part of TensorFlow's event.proto and summary.proto that this
// package writes, as a FileDescriptorProto in text.
const schema = `
name: "event.proto" package: "tensorflow" syntax: "proto3"
message_type { name: "Event"
  field { name: "wall_time" number: 1 type: TYPE_DOUBLE label: LABEL_OPTIONAL }
  field { name: "step" number: 2 type: TYPE_INT64 label: LABEL_OPTIONAL }
  field { name: "file_version" number: 3 type: TYPE_STRING label: LABEL_OPTIONAL }
  field { name: "summary" number: 5 type: TYPE_MESSAGE type_name: ".tensorflow.Summary" label: LABEL_OPTIONAL }
  field { name: "session_log" number: 7 type: TYPE_MESSAGE type_name: ".tensorflow.SessionLog" label: LABEL_OPTIONAL }
}
message_type { name: "SessionLog"
  field { name: "status" number: 1 type: TYPE_ENUM type_name: ".tensorflow.Status" label: LABEL_OPTIONAL }
}
enum_type { name: "Status"
  value { name: "STATUS_UNSPECIFIED" number: 0 } value { name: "START" number: 1 }
  value { name: "STOP" number: 2 } value { name: "CHECKPOINT" number: 3 }
}
message_type { name: "Summary"
  field { name: "value" number: 1 type: TYPE_MESSAGE type_name: ".tensorflow.Value" label: LABEL_REPEATED }
}
message_type { name: "Value"
  field { name: "tag" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
  field { name: "simple_value" number: 2 type: TYPE_FLOAT label: LABEL_OPTIONAL }
  field { name: "image" number: 4 type: TYPE_MESSAGE type_name: ".tensorflow.eventImage" label: LABEL_OPTIONAL }
}
message_type { name: "eventImage"
  field { name: "height" number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL }
  field { name: "width" number: 2 type: TYPE_INT32 label: LABEL_OPTIONAL }
  field { name: "colorspace" number: 3 type: TYPE_INT32 label: LABEL_OPTIONAL }
  field { name: "encoded_image_string" number: 4 type: TYPE_BYTES label: LABEL_OPTIONAL }
}`

// read decodes a file by the schema and returns its events.
func read(t *testing.T, path string) []protoreflect.Message {
	t.Helper()
	var file descriptorpb.FileDescriptorProto
	if err := prototext.Unmarshal([]byte(schema), &file); err != nil {
		t.Fatal(err)
	}
	types, err := protodesc.NewFile(&file, nil)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var events []protoreflect.Message
	for len(data) > 0 {
		length := binary.LittleEndian.Uint64(data)
		content := data[12 : 12+length]
		if binary.LittleEndian.Uint32(data[8:]) != checksum(data[:8]) ||
			binary.LittleEndian.Uint32(data[12+length:]) != checksum(content) {
			t.Fatalf("a wrong checksum in record %d", len(events))
		}
		m := dynamicpb.NewMessage(types.Messages().ByName("Event"))
		if err := (proto.UnmarshalOptions{}).Unmarshal(content, m); err != nil {
			t.Fatal(err)
		}
		known(t, m)
		events = append(events, m)
		data = data[16+length:]
	}
	return events
}

// known fails if a message holds what the schema does not know.
func known(t *testing.T, m protoreflect.Message) {
	t.Helper()
	if len(m.GetUnknown()) > 0 {
		t.Errorf("%s holds unknown fields: %x", m.Descriptor().Name(), m.GetUnknown())
	}
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.IsList() && f.Message() != nil:
			for i := range v.List().Len() {
				known(t, v.List().Get(i).Message())
			}
		case f.Message() != nil:
			known(t, v.Message())
		}
		return true
	})
}

// get follows a path of fields, the first element of a list.
func get(m protoreflect.Message, path ...protoreflect.Name) protoreflect.Value {
	for i, name := range path {
		v := m.Get(m.Descriptor().Fields().ByName(name))
		if i == len(path)-1 {
			return v
		}
		m = v.Message()
	}
	return protoreflect.Value{}
}

// TestEvents reads a file back by the schema, with other code than that which
// wrote it.
func TestEvents(t *testing.T) {
	dir := t.TempDir()
	w := newEventWriter(dir, 801)
	if names, _ := filepath.Glob(filepath.Join(dir, "*")); len(names) != 0 {
		t.Fatalf("a writer that wrote nothing left %v", names)
	}
	picture := eventImage{"frames", 64, 262, []byte{0x89, 'P', 'N', 'G'}}
	if err := w.Write(1200, []scalar{{"episodes/score", 12.5}, {"loss/value", -3}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Write(1600, nil, picture); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	events := read(t, only(t, dir))
	if len(events) != 4 {
		t.Fatalf("%d events", len(events))
	}
	for _, e := range events {
		if age := time.Since(time.UnixMicro(int64(get(e, "wall_time").Float() * 1e6))); age < -time.Second ||
			age > time.Minute {
			t.Errorf("an event of %v ago", age)
		}
	}
	if v := get(events[0], "file_version").String(); v != "brain.Event:2" {
		t.Errorf("file version %q", v)
	}
	if start, step := get(events[1], "session_log", "status").Enum(), get(events[1], "step").Int(); start != 1 ||
		step != 801 {
		t.Errorf("status %d at step %d, want START at 801", start, step)
	}
	values := get(events[2], "summary", "value").List()
	if values.Len() != 2 || get(events[2], "step").Int() != 1200 {
		t.Fatalf("%d values at step %v", values.Len(), get(events[2], "step"))
	}
	if first, second := values.Get(0).Message(), values.Get(1).Message(); get(first,
		"tag").String() != "episodes/score" ||
		get(first, "simple_value").Float() != 12.5 || get(second, "simple_value").Float() != -3 {
		t.Errorf("values %v, %v", first, second)
	}
	image := get(events[3], "summary", "value").List().Get(0).Message()
	if get(image, "image", "height").Int() != 64 || get(image, "image", "width").Int() != 262 ||
		get(image, "image", "colorspace").Int() != 3 ||
		!bytes.Equal(get(image, "image", "encoded_image_string").Bytes(), picture.PNG) {
		t.Errorf("image %v", image)
	}
}

func only(t *testing.T, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, EventFiles))
	if err != nil || len(names) != 1 {
		t.Fatalf("files %v, %v", names, err)
	}
	return names[0]
}

// TestRecord ties the checksum down by the published check value of CRC-32C,
// 0xe3069283 for "123456789", and the framing by a record made by hand.
func TestRecord(t *testing.T) {
	crc := uint32(0xe3069283)
	if got, want := checksum([]byte("123456789")), (crc>>15|crc<<17)+0xa282ead8; got != want {
		t.Errorf("checksum %#x, want %#x", got, want)
	}
	record := appendRecord([]byte("before"), []byte("123456789"))
	want := "6265666f7265" + "0900000000000000" +
		hex.EncodeToString(binary.LittleEndian.AppendUint32(nil, checksum(record[6:14]))) +
		"313233343536373839" + hex.EncodeToString(binary.LittleEndian.AppendUint32(nil, checksum([]byte("123456789"))))
	if got := hex.EncodeToString(record); got != want {
		t.Errorf("record %s, want %s", got, want)
	}
}

// TestNames: a later file sorts behind all that are there, also where the clock
// was set back.
func TestNames(t *testing.T) {
	dir := t.TempDir()
	future := eventPrefix + "4000000000" + eventSuffix
	for _, name := range []string{future, eventPrefix + "x" + eventSuffix, eventPrefix + "9000000000.otherhost"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 2 {
		w := newEventWriter(dir, 1)
		if err := w.Write(1, []scalar{{"a", math.Pi}}); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		want := filepath.Join(dir,
			[]string{eventPrefix + "4000000001" + eventSuffix, eventPrefix + "4000000002" + eventSuffix}[i])
		if events := read(t, want); len(events) != 3 {
			t.Errorf("%d events in %s", len(events), want)
		}
	}
}

// TestErrors: what the disk says reaches the run.
func TestErrors(t *testing.T) {
	w := newEventWriter(filepath.Join(t.TempDir(), "absent"), 1)
	if err := w.Write(1, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a folder: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	w = newEventWriter(t.TempDir(), 1)
	if err := w.Write(1, nil); err != nil {
		t.Fatal(err)
	}
	w.file.Close()
	if err := w.Write(2, nil); err == nil {
		t.Error("a write into a closed file succeeded")
	}
}
