package finding

import (
	"time"

	"github.com/keeppatched/keeppatched/inventory"
)

// SchemaVersion is the version of the report's JSON form, as MAJOR.MINOR. A
// minor version only adds fields; readers ignore the ones they do not know.
const SchemaVersion = "1.0"

// Report says what one machine lacks. The same inventory, the same advisories
// and the same time give the same report, byte for byte.
type Report struct {
	SchemaVersion string         `json:"schema_version"`
	Tool          inventory.Tool `json:"tool"`
	GeneratedAt   time.Time      `json:"generated_at"`
	Host          inventory.Host `json:"host"`
	// Coverage says what could be seen and assessed and what could not: the
	// inventory's parts first, then the sources, then the ecosystems. A part
	// that is neither ok nor absent is a gap, and with a gap the absence of
	// findings proves nothing.
	Coverage  []inventory.Coverage `json:"coverage"`
	Inventory Inventory            `json:"inventory"`
	// Findings are ordered by kind, then severity (worst first), then package
	// and id.
	Findings []Finding `json:"findings"`
	// Patches are the upgrades that close the findings that can be closed,
	// ordered as the findings are by the worst that each closes.
	Patches []Patch `json:"patches"`
	Summary Summary `json:"summary"`
}

// Inventory tells which inventory a report was made from.
type Inventory struct {
	CollectedAt time.Time `json:"collected_at"`
	Packages    int       `json:"packages"`
	Updates     int       `json:"updates"`
}

// Summary counts. Maps hold only what occurs.
type Summary struct {
	// Complete says that there is no gap in the coverage. Without it a report
	// never means "clean".
	Complete bool `json:"complete"`
	// Packages are all installed packages; Assessed those whose
	// vulnerabilities a source could tell, NotAssessed the others.
	Packages    int `json:"packages"`
	Assessed    int `json:"assessed"`
	NotAssessed int `json:"not_assessed"`

	Findings   int           `json:"findings"`
	ByKind     map[Kind]int  `json:"by_kind"`
	ByState    map[State]int `json:"by_state"`
	BySeverity map[Level]int `json:"by_severity"`
	// SecurityUpdates are the findings of kind missing_update that the package
	// manager's metadata marks as security updates.
	SecurityUpdates int `json:"security_updates"`
	Patches         int `json:"patches"`
}

// Patch is one upgrade of the packages of one source package.
type Patch struct {
	// Ecosystem is the advisories' ecosystem, where one is known.
	Ecosystem string `json:"ecosystem,omitempty"`
	// Source is the source package; the packages' own name where unknown.
	Source string `json:"source"`
	// Version is the lowest version that closes everything this patch closes,
	// in the advisories' terms (for distributions that keep advisories by
	// source package, the source's version). Empty: only Packages tell, by the
	// package manager's candidates.
	Version string `json:"version"`
	// Packages are the installed packages to upgrade, with the version that
	// the package manager has on offer, where it has one.
	Packages []PatchPackage `json:"packages"`
	// Closes are the ids of the findings that the upgrade to Version closes.
	Closes []string `json:"closes"`
	// CVEs are the CVE ids of these findings.
	CVEs []string `json:"cves"`
	// Severity is the worst among them.
	Severity Level `json:"severity"`
	// Security says that the patch closes a vulnerability or carries a
	// security update.
	Security bool `json:"security"`
}

// PatchPackage is one installed package to upgrade.
type PatchPackage struct {
	Name      string `json:"name"`
	Arch      string `json:"arch,omitempty"`
	Installed string `json:"installed"`
	// Candidate is the version the package manager has on offer. Empty: none,
	// or not known.
	Candidate string `json:"candidate,omitempty"`
	Held      bool   `json:"held,omitempty"`
}
