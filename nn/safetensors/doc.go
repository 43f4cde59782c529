// Package safetensors reads and writes files in the safetensors format, with a digest and an atomic
// writer.
//
// # The format
//
//	8 bytes    length N of the header, little-endian
//	N bytes    header: a JSON object, padded with spaces to a multiple of 8
//	           {"__metadata__":{"key":"text",...},
//	            "name":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},...}
//	the rest   the tensors' elements, little-endian, row-major, no gaps; offsets count from here
//
// It is the format of huggingface.co/docs/safetensors, so PyTorch, JAX and others open the files.
// This package knows the element types F32, U8, I64 and U64, and tensor names made of letters,
// digits, dots, dashes and underscores.
//
// # Digests
//
// Write adds two entries to the metadata, and Read refuses a file without them:
//
//   - digest: HighwayHash-256 with the zero key, in hex, over the tensor table and the data. The
//     tensor table is the header without __metadata__ as compact JSON, in the order of the data:
//     {"name":{"dtype":...,"shape":...,"data_offsets":...},...}. It names the content: two files
//     with the same tensors have the same digest, whatever their metadata.
//   - metadata_digest: the same hash over all other metadata: for each key in ascending order the
//     key, then its text, each preceded by its length in bytes as 8 bytes little-endian.
//
// So any damage is found. The digests are no protection against forgery; the reader trusts nothing
// in a file, checks every number before it is used, and never allocates more than the file is long.
//
// # Writing
//
// Write leaves either the old file or the whole new one: it writes a temporary file in the same
// folder, syncs it, renames it, and syncs the folder. A full disk is an error and the old file
// stays. A process that is killed while writing leaves a file .NAME.tmp-*; the next Write of the
// same name removes those that are older than an hour.
//
// Start reading at file.go; header.go has the strict parser.
package safetensors
