package advisories_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/advisories"
)

// TestParseDates says that a date that is none takes nothing else of a record
// away, unless it decides whether the record is in force.
func TestParseDates(t *testing.T) {
	day := time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name, text string
		want       *advisories.Advisory // nil: refused
	}{
		{"good", `{"id":"A-1","published":"2026-01-31T00:00:00Z","modified":"2026-01-31T00:00:00Z"}`, &advisories.Advisory{ID: "A-1", Published: day, Modified: day}},
		{"published", `{"published":"1-01-01T00:00:00Z","id":"A-1","modified":"2026-01-31T00:00:00Z","summary":"s"}`, &advisories.Advisory{ID: "A-1", Modified: day, Summary: "s"}},
		{"modified", `{"id":"A-1","modified":"yesterday","withdrawn":"2026-01-31T00:00:00Z"}`, &advisories.Advisory{ID: "A-1", Withdrawn: day}},
		{"withdrawn", `{"id":"A-1","withdrawn":"yesterday"}`, nil},
		{"another fault as well", `{"id":"A-1","published":"never","aliases":1}`, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := advisories.Parse([]byte(tc.text))
			if (err == nil) != (tc.want != nil) {
				t.Fatalf("error %v", err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCVEs(t *testing.T) {
	for _, tc := range []struct {
		record   advisories.Advisory
		want     []string
		security bool
	}{
		{advisories.Advisory{ID: "CVE-2026-1"}, []string{"CVE-2026-1"}, true},
		{advisories.Advisory{ID: "GHSA-1", Aliases: []string{"GO-1", "CVE-2026-2", "CVE-2026-1"}, Related: []string{"CVE-2026-3"}}, []string{"CVE-2026-1", "CVE-2026-2"}, true},
		{advisories.Advisory{ID: "DSA-1", Upstream: []string{"CVE-2026-1", "CVE-2026-1"}}, []string{"CVE-2026-1"}, true},
		{advisories.Advisory{ID: "ALSA-1", Related: []string{"CVE-2026-1"}}, []string{"CVE-2026-1"}, true},
		{advisories.Advisory{ID: "ALBA-1"}, nil, false},
		{advisories.Advisory{ID: "RHEA-1"}, nil, false},
	} {
		if diff := cmp.Diff(tc.want, tc.record.CVEs()); diff != "" {
			t.Errorf("CVEs of %s (-want +got):\n%s", tc.record.ID, diff)
		}
		if got := tc.record.Security(); got != tc.security {
			t.Errorf("Security of %s = %v", tc.record.ID, got)
		}
	}
}
