package advisories

import (
	"encoding/json"
	"time"
)

// Advisory is one OSV record (github.com/ossf/osv-schema, versions 1.0 to 1.9).
// Fields the schema has and findings do not need (credits, details of old
// versions) are left out; unknown fields are tolerated, as the schema asks.
//
// An Advisory that a [Source] returned is shared and must not be changed; it is
// safe to read from several goroutines. [Parse] makes one from JSON.
type Advisory struct {
	SchemaVersion string `json:"schema_version,omitempty"`
	ID            string `json:"id"`
	// Modified is when the record was last changed. It is never a clock: it
	// moves for a corrected typing error too.
	Modified time.Time `json:"modified,omitzero"`
	// Published is when the record was published. Zero: not stated.
	Published time.Time `json:"published,omitzero"`
	// Withdrawn is when the record was withdrawn. Zero: it is in force.
	Withdrawn time.Time `json:"withdrawn,omitzero"`
	// Aliases name the same vulnerability in other databases: symmetric and
	// transitive. Upstream names those it was derived from: one way, transitive.
	// Related is neither and never groups.
	Aliases  []string `json:"aliases,omitempty"`
	Upstream []string `json:"upstream,omitempty"`
	Related  []string `json:"related,omitempty"`

	Summary string `json:"summary,omitempty"`
	// Details is long CommonMark text. Sources may leave it out.
	Details          string          `json:"details,omitempty"`
	Severity         []Severity      `json:"severity,omitempty"`
	Affected         []Affected      `json:"affected,omitempty"`
	References       []Reference     `json:"references,omitempty"`
	DatabaseSpecific json.RawMessage `json:"database_specific,omitempty"`
}

// Severity is one severity as its authority gave it.
type Severity struct {
	Type  string `json:"type"`  // "CVSS_V2", "CVSS_V3", "CVSS_V4", "Ubuntu", ...
	Score string `json:"score"` // a CVSS vector, or the type's own word
}

// Affected says which versions of one package are affected. A record may have
// several for one package; any of them suffices.
type Affected struct {
	Package Package `json:"package"`
	// Severity, where set, holds for this package in place of the record's.
	Severity []Severity `json:"severity,omitempty"`
	Ranges   []Range    `json:"ranges,omitempty"`
	// Versions are single affected versions: a union with Ranges.
	Versions          []string        `json:"versions,omitempty"`
	EcosystemSpecific json.RawMessage `json:"ecosystem_specific,omitempty"`
	DatabaseSpecific  json.RawMessage `json:"database_specific,omitempty"`
}

// Package names a package in OSV's terms.
type Package struct {
	Ecosystem string `json:"ecosystem"` // with its suffix: "Debian:12"
	Name      string `json:"name"`
	PURL      string `json:"purl,omitempty"`
}

// RangeType says in which order a range's versions stand.
type RangeType string

// The range types of the schema.
const (
	RangeSemVer    RangeType = "SEMVER"
	RangeEcosystem RangeType = "ECOSYSTEM"
	RangeGit       RangeType = "GIT" // commits, not versions
)

// Range is a set of versions, told by the events at which it begins and ends.
// The events may stand in any order; see [Affects].
type Range struct {
	Type   RangeType `json:"type"`
	Repo   string    `json:"repo,omitempty"` // of RangeGit
	Events []Event   `json:"events"`
}

// Event is one event of a range. Exactly one field is set; [Affects] refuses to
// evaluate a range with any other.
type Event struct {
	Introduced   string `json:"introduced,omitempty"` // "0" stands before every version
	Fixed        string `json:"fixed,omitempty"`
	LastAffected string `json:"last_affected,omitempty"`
	Limit        string `json:"limit,omitempty"` // "*" stands after every version
}

// Reference is a link.
type Reference struct {
	Type string `json:"type"` // "ADVISORY", "FIX", "WEB", ...
	URL  string `json:"url"`
}
