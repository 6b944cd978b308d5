package finding

import _ "embed"

//go:embed schema/report-1.0.json
var schema []byte

// Schema is the JSON Schema (draft 2020-12) of the report's JSON form.
func Schema() []byte { return append([]byte(nil), schema...) }
