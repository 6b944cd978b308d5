package finding_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/scanner/finding"
)

type object struct {
	Properties map[string]json.RawMessage `json:"properties"`
	Required   []string                   `json:"required"`
	Defs       map[string]object          `json:"$defs"`
}

// TestSchemaNamesEveryField keeps the schema files and the Go types together:
// each field of a type is described, and required unless it may be left out.
func TestSchemaNamesEveryField(t *testing.T) {
	var report, inv object
	if err := json.Unmarshal(finding.Schema(), &report); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(inventory.Schema(), &inv); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name   string
		schema object
		typ    any
	}{
		{"report", report, finding.Report{}},
		{"report finding", report.Defs["finding"], finding.Finding{}},
		{"report package", report.Defs["package"], finding.Package{}},
		{"report advisory", report.Defs["advisory"], finding.Advisory{}},
		{"report severity", report.Defs["severity"], finding.Severity{}},
		{"report update", report.Defs["update"], finding.Update{}},
		{"report patch", report.Defs["patch"], finding.Patch{}},
		{"report patch package", report.Defs["patch_package"], finding.PatchPackage{}},
		{"report summary", report.Defs["summary"], finding.Summary{}},
		{"report host", report.Defs["host"], inventory.Host{}},
		{"report os", report.Defs["os"], inventory.OS{}},
		{"report coverage", report.Defs["coverage"], inventory.Coverage{}},
		{"inventory", inv, inventory.Inventory{}},
		{"inventory host", inv.Defs["host"], inventory.Host{}},
		{"inventory os", inv.Defs["os"], inventory.OS{}},
		{"inventory package", inv.Defs["package"], inventory.Package{}},
		{"inventory update", inv.Defs["update"], inventory.Update{}},
		{"inventory coverage", inv.Defs["coverage"], inventory.Coverage{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			all, required := fields(reflect.TypeOf(tc.typ))
			if diff := cmp.Diff(all, slices.Sorted(maps.Keys(tc.schema.Properties))); diff != "" {
				t.Errorf("properties (-type +schema):\n%s", diff)
			}
			slices.Sort(tc.schema.Required)
			if diff := cmp.Diff(required, tc.schema.Required); diff != "" {
				t.Errorf("required (-type +schema):\n%s", diff)
			}
		})
	}
}

// fields are the JSON names of a struct's fields, and of those always written.
func fields(typ reflect.Type) (all, required []string) {
	for i := range typ.NumField() {
		name, opts, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		all = append(all, name)
		if !strings.Contains(opts, "omit") {
			required = append(required, name)
		}
	}
	slices.Sort(all)
	slices.Sort(required)
	return all, required
}
