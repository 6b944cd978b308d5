package scanner_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/scanner/finding"
)

// hasNull says whether a null stands anywhere in a JSON value.
func hasNull(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case map[string]any:
		for _, e := range v {
			if hasNull(e) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, hasNull)
	}
	return false
}

// FuzzAssess assesses inventories and records as a compromised machine or
// server may send them. Whatever they hold, there is a report that can be
// written and read again, whose counts are right, and which is complete only
// where every package was assessed.
func FuzzAssess(f *testing.F) {
	const host = `"host":{"os":{"id":"debian","version_id":"12","codename":"bookworm","family":"debian"}}`
	const coverage = `"coverage":[{"part":"backend","name":"dpkg","status":"ok","reason":"","count":1}]`
	f.Add(`{"schema_version":"1.0",`+host+`,"packages":[{"backend":"dpkg","type":"deb","name":"curl","version":"1","source":"curl","source_version":"1"}],`+
		`"updates":[{"backend":"apt","package":"curl","installed":"1","version":"3","security":"yes","cves":["CVE-1"]}],`+coverage+`}`, curlRecord)
	f.Add(`{"packages":[{"type":"deb","name":"","version":""},{"type":"rpm","name":"a","version":"?"}],`+host+`,`+coverage+`}`, `{"id":"ALBA-1"}`)
	f.Add(`{"updates":[{},{}]}`, `{"id":"DSA-1","affected":[{"package":{"ecosystem":"Debian:12","name":"curl"},"versions":["1"],"ecosystem_specific":{"urgency":1}}]}`)
	f.Fuzz(func(t *testing.T, inventoryJSON, recordJSON string) {
		inv := new(inventory.Inventory)
		a, err := advisories.Parse([]byte(recordJSON))
		if json.Unmarshal([]byte(inventoryJSON), inv) != nil || err != nil {
			t.Skip()
		}
		s := newScanner(t, nil, source{name: "db", records: []*advisories.Advisory{a}})
		r, err := s.Assess(t.Context(), inv)
		if err != nil {
			t.Fatal(err)
		}
		if r.Summary.Complete && (r.Summary.NotAssessed > 0 || len(inv.Coverage) == 0) {
			t.Errorf("complete, with %d packages not assessed and %d entries of coverage", r.Summary.NotAssessed, len(inv.Coverage))
		}
		if r.Summary.Assessed+r.Summary.NotAssessed != len(inv.Packages) {
			t.Errorf("%d + %d of %d packages", r.Summary.Assessed, r.Summary.NotAssessed, len(inv.Packages))
		}
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, new(finding.Report)); err != nil {
			t.Fatal(err)
		}
		var tree any
		if err := json.Unmarshal(text, &tree); err != nil || hasNull(tree) {
			t.Errorf("a null (error %v) in %s", err, text)
		}
	})
}
