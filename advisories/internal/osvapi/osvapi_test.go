package osvapi_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/osv-scanner/pkg/osv"

	"github.com/keeppatched/keeppatched/advisories/internal/osvapi"
)

// The wire form is OSV's, not ours: these texts are what its API documents.
func TestWireForm(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   any
		want string
	}{
		{"query",
			osvapi.Query{Query: osv.Query{Package: osv.Package{Ecosystem: "Debian:12", Name: "curl"}, Version: "7.88.1-10"}},
			`{"package":{"name":"curl","ecosystem":"Debian:12"},"version":"7.88.1-10"}`},
		{"next page",
			osvapi.Query{Query: osv.Query{Package: osv.Package{Ecosystem: "PyPI", Name: "a"}}, PageToken: "t"},
			`{"package":{"name":"a","ecosystem":"PyPI"},"page_token":"t"}`},
		{"batch answer",
			osvapi.BatchAnswer{Results: []osvapi.Result{
				{Vulns: []osvapi.Vuln{{MinimalVulnerability: osv.MinimalVulnerability{ID: "A-1"}, Modified: "2024-01-02T03:04:05Z"}}},
				{NextPageToken: "t"},
				{},
			}},
			`{"results":[{"vulns":[{"id":"A-1","modified":"2024-01-02T03:04:05Z"}]},{"next_page_token":"t"},{}]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := json.Marshal(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("wire form (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBadIndex(t *testing.T) {
	for _, tt := range []struct {
		message string
		want    int
		ok      bool
	}{
		{"error in query at index 0: invalid ecosystem", 0, true},
		{"rpc: error in query at index 999", 999, true},
		{osvapi.AtIndex(42, "why"), 42, true},
		{"", 0, false},
		{"invalid ecosystem", 0, false},
		{"error in query at index ", 0, false},
		{"error in query at index -1: x", 0, false},
		{"error in query at index x", 0, false},
		{"error in query at index 99999999999999999999: x", 0, false},
	} {
		got, ok := osvapi.BadIndex(tt.message)
		if ok != tt.ok || ok && got != tt.want {
			t.Errorf("BadIndex(%q) = %d, %t, want %d, %t", tt.message, got, ok, tt.want, tt.ok)
		}
	}
}

func FuzzBadIndex(f *testing.F) {
	f.Add("error in query at index 7: invalid ecosystem")
	f.Add("error in query at index 99999999999999999999")
	f.Add("error in query at index \x00")
	f.Fuzz(func(t *testing.T, message string) {
		i, ok := osvapi.BadIndex(message)
		if ok && i < 0 {
			t.Errorf("BadIndex(%q) = %d", message, i)
		}
		if ok && !strings.Contains(message, "at index ") {
			t.Errorf("BadIndex(%q) blames query %d, which the message does not", message, i)
		}
	})
}
