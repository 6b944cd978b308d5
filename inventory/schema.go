package inventory

import _ "embed"

//go:embed schema/inventory-1.0.json
var schema []byte

// Schema is the JSON Schema (draft 2020-12) of the inventory's JSON form.
func Schema() []byte { return append([]byte(nil), schema...) }
