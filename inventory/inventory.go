package inventory

import "time"

// SchemaVersion is the version of the inventory's JSON form, as MAJOR.MINOR.
// A minor version only adds fields; readers ignore the ones they do not know.
const SchemaVersion = "1.0"

// Inventory is what a machine has installed, as gathered at one moment. It is
// plain data: it can be stored as JSON and assessed later, on another machine.
// An Inventory is not safe for writing from several goroutines.
type Inventory struct {
	SchemaVersion string    `json:"schema_version"`
	Tool          Tool      `json:"tool"`
	CollectedAt   time.Time `json:"collected_at"` // UTC
	Host          Host      `json:"host"`

	// Packages are ordered by backend, name, version and architecture.
	Packages []Package `json:"packages"`
	// Updates are the upgrades that the machine's own package manager offers,
	// ordered by backend, package and architecture.
	Updates []Update `json:"updates"`
	// Coverage says, for every part that was asked, what it could see. An
	// inventory without coverage proves nothing.
	Coverage []Coverage `json:"coverage"`
}

// Tool names the program that made a document.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Package is one installed package, in the terms of its own package manager.
type Package struct {
	// Backend is the name of the backend that found it ("dpkg").
	Backend string `json:"backend"`
	// Type is the package's type as the PURL specification names it ("deb",
	// "rpm", "apk").
	Type string `json:"type"`
	// Name is the name of the installed (binary) package.
	Name string `json:"name"`
	// Version is the full version in the package manager's own form, the
	// epoch included where it is not zero: "1:2.34-5" for dpkg, EVR for rpm.
	Version string `json:"version"`
	// Arch is the architecture as the package manager spells it ("amd64",
	// "x86_64", "noarch"). Empty where the format has none.
	Arch string `json:"arch,omitempty"`
	// Source is the name of the source package that Name was built from: the
	// Source field of dpkg, the name in SOURCERPM, the origin of apk. Backends
	// fill it also where it equals Name. Empty means unknown.
	Source string `json:"source,omitempty"`
	// SourceVersion is the version of Source, which may differ from Version.
	// Backends fill it also where it equals Version. An rpm source has no
	// epoch of its own, so none is shown. Empty means unknown.
	SourceVersion string `json:"source_version,omitempty"`
	// PURL is the package URL (github.com/package-url/purl-spec). Gathering
	// fills it from the other fields and the host; backends leave it empty.
	PURL string `json:"purl,omitempty"`
	// Vendor is who built the package, as the package says (rpm's VENDOR,
	// dpkg's Maintainer). It is a claim, not a proof.
	Vendor string `json:"vendor,omitempty"`
	// Origin is the archive or repository that the package came from, where
	// the package manager records it.
	Origin string `json:"origin,omitempty"`
	// Module is rpm's MODULARITYLABEL, "name:stream:version:context". Empty
	// where there is none.
	Module string `json:"module,omitempty"`
	// InstalledAt is when this version was installed, UTC. Zero: unknown.
	InstalledAt time.Time `json:"installed_at,omitzero"`
	// Held says that the administrator has forbidden its upgrade.
	Held bool `json:"held,omitempty"`
	// Locations are slash paths below the root where the package was recorded:
	// the evidence, usually one database file.
	Locations []string `json:"locations"`
	// Files are the paths the package owns, absolute slash paths. The backends of
	// this module leave it empty; inventories made elsewhere may have it.
	Files []string `json:"files,omitempty"`
}

// Update is one upgrade that the package manager's own metadata offers for an
// installed package, without any advisory database.
type Update struct {
	Backend   string `json:"backend"` // the backend that found it ("apt")
	Package   string `json:"package"` // installed (binary) package
	Arch      string `json:"arch,omitempty"`
	Installed string `json:"installed"` // version now installed
	Version   string `json:"version"`   // version on offer
	// Source and SourceVersion name the source package of the version on
	// offer. Empty means unknown.
	Source        string `json:"source,omitempty"`
	SourceVersion string `json:"source_version,omitempty"`
	// Security says whether a security archive or a security advisory carries
	// the version on offer, or one between it and the installed version.
	Security Security `json:"security"`
	// Archive is where the version on offer comes from, as the package manager
	// names it ("Debian-Security:12/oldstable-security"). Several are joined
	// by a comma, in the order the package manager lists them.
	Archive string `json:"archive,omitempty"`
	// SecurityVersion is the lowest version on offer above the installed one
	// that a security archive carries. Empty where there is none.
	SecurityVersion string `json:"security_version,omitempty"`
	// Issued is when the update was published, UTC. Zero: the metadata does
	// not say (apt's never does).
	Issued time.Time `json:"issued,omitzero"`
	// Severity is the vendor's own word, unchanged. Empty: not stated.
	Severity string   `json:"severity,omitempty"`
	CVEs     []string `json:"cves,omitempty"`
	// Phased is the percentage of machines the update is offered to so far,
	// 1 to 99. Zero means that it is offered to all.
	Phased int `json:"phased,omitempty"`
	// Held says that the administrator has forbidden this upgrade.
	Held bool `json:"held,omitempty"`
	// Locations are the metadata files that offer it, slash paths below the root.
	Locations []string `json:"locations"`
}

// Security says whether an update closes a security problem.
type Security string

// The values of Security.
const (
	SecurityYes     Security = "yes"
	SecurityNo      Security = "no"
	SecurityUnknown Security = "unknown" // the metadata cannot tell
)
