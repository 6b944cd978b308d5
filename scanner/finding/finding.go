package finding

import (
	"time"

	"github.com/keeppatched/keeppatched/inventory"
)

// Finding is one thing that a machine lacks: one vulnerability of one source
// package, with all the packages built from it that are installed; or one
// update that the package manager has on offer.
type Finding struct {
	// ID is the same on every machine and in every scan for the same problem of
	// the same package: "kp-" and 16 hexadecimal digits.
	ID   string `json:"id"`
	Kind Kind   `json:"kind"`
	// Title says in a line what it is: the summary of the first advisory.
	Title string `json:"title"`
	// Packages are the installed packages it concerns, ordered by name,
	// architecture and version. Never empty.
	Packages []Package `json:"packages"`
	// Advisories are all records that tell of it: the distribution's own
	// advisory first, then its record for a CVE, then the others; by id.
	Advisories []Advisory `json:"advisories"`
	// CVEs are the CVE ids it stands for, sorted.
	CVEs []string `json:"cves"`
	// Severity is what each authority says. Level is derived from it.
	Severity []Severity `json:"severity"`
	Level    Level      `json:"level"`
	// LevelFrom says which entry Level comes from ("GHSA CVSS_V3 9.8"). Empty
	// where Level is unknown.
	LevelFrom string `json:"level_from,omitempty"`
	State     State  `json:"state"`
	// FixedVersion is the lowest version that closes it for all Packages, in
	// the advisories' terms. Empty where no fix is known.
	FixedVersion string `json:"fixed_version"`
	// Update is set for kind missing_update.
	Update *Update `json:"update,omitempty"`
	// References are links to read on, each once, sorted.
	References []string `json:"references"`
}

// Package is an installed package as a finding shows it.
type Package struct {
	// Ecosystem is the OSV ecosystem it was looked up under. Empty for a
	// missing update.
	Ecosystem     string   `json:"ecosystem,omitempty"`
	Name          string   `json:"name"`
	Version       string   `json:"version"`
	Arch          string   `json:"arch,omitempty"`
	Source        string   `json:"source,omitempty"`
	SourceVersion string   `json:"source_version,omitempty"`
	PURL          string   `json:"purl,omitempty"`
	Locations     []string `json:"locations"`
	Backend       string   `json:"backend"`
	// Advisories are the ids of the records that affect this very package, a
	// subset of the finding's.
	Advisories []string `json:"advisories,omitempty"`
	// FixedVersion is the lowest version that closes it for this package.
	FixedVersion string `json:"fixed_version,omitempty"`
	// Candidate is the version that the package manager has on offer. Empty:
	// none, or its metadata was not read.
	Candidate string `json:"candidate,omitempty"`
	Held      bool   `json:"held,omitempty"`
}

// Advisory names a record and where to read it.
type Advisory struct {
	ID string `json:"id"`
	// Source is who publishes it, as its id tells: "Debian", "AlmaLinux",
	// "GHSA". Where it was fetched from stands in the report's coverage.
	Source    string    `json:"source"`
	URL       string    `json:"url"`
	Published time.Time `json:"published,omitzero"`
	Modified  time.Time `json:"modified,omitzero"`
	Summary   string    `json:"summary,omitempty"`
}

// Severity is what one authority says, never blended with another.
type Severity struct {
	Authority string `json:"authority"` // whose word it is: "GHSA", "AlmaLinux"
	Scale     string `json:"scale"`     // "CVSS_V3", "CVSS_V4", "Ubuntu", ...
	// Value is the base score for CVSS ("9.8"), else the authority's own word.
	Value  string `json:"value"`
	Vector string `json:"vector,omitempty"`
}

// Update tells of an upgrade that the package manager has on offer.
type Update struct {
	Version         string             `json:"version"`
	Archive         string             `json:"archive,omitempty"`
	Security        inventory.Security `json:"security"`
	SecurityVersion string             `json:"security_version,omitempty"`
	Issued          time.Time          `json:"issued,omitzero"`
	Phased          int                `json:"phased,omitempty"`
	Held            bool               `json:"held,omitempty"`
}

// Kind is the kind of a finding.
type Kind string

// The kinds.
const (
	Vulnerability   Kind = "vulnerability"    // an advisory affects an installed version
	MissingUpdate   Kind = "missing_update"   // the package manager offers a newer version
	EndOfLife       Kind = "end_of_life"      // no more fixes will come
	Baseline        Kind = "baseline"         // an organisation's own rule is broken
	RestartRequired Kind = "restart_required" // a fix is installed and not in effect
)

// State says where a finding stands on the way to its fix.
type State string

// The states.
const (
	Affected            State = "affected"              // affected; whether there is a fix is not known
	FixAvailable        State = "fix_available"         // a fixed version exists
	NoFix               State = "no_fix"                // no fixed version exists yet
	FixedPendingRestart State = "fixed_pending_restart" // installed, not yet running
	UnknownVersion      State = "unknown_version"       // the installed version is not known
)

// Level is a severity in one word, for display and sorting only: derived from
// the list of severities, which is what counts.
type Level string

// The levels, worst first.
const (
	Critical Level = "critical"
	High     Level = "high"
	Medium   Level = "medium"
	Low      Level = "low"
	None     Level = "none"
	Unknown  Level = "unknown" // no authority said
)

// Rank orders levels: 5 for critical to 0 for unknown.
func (l Level) Rank() int {
	switch l {
	case Critical:
		return 5
	case High:
		return 4
	case Medium:
		return 3
	case Low:
		return 2
	case None:
		return 1
	}
	return 0
}
