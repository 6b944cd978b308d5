// Package ecosystem is the table of OSV ecosystems.
package ecosystem

import (
	"errors"

	"github.com/keeppatched/keeppatched/advisories/version"
)

// NameKey says which name of a package an ecosystem's records go by.
type NameKey string

// The name keys.
const (
	KeyName   NameKey = "name"   // the package's own name
	KeySource NameKey = "source" // the source package, or apk's origin
	KeyBoth   NameKey = "both"   // either: both are asked for
)

// Info is what is known of one OSV ecosystem.
type Info struct {
	Name   string         // the base name, as OSV spells it ("Rocky Linux")
	Key    NameKey        // which name the records go by
	Scheme version.Scheme // how versions are ordered; empty: no order is known
	Suffix string         // the rule of what follows the colon, in a sentence; empty: nothing does
	Limits []string       // what the data cannot show, a sentence each
}

// Distro is what the rules need to know of the operating system; the fields
// are those of os-release(5).
type Distro struct {
	ID, VersionID, Codename, PrettyName, CPE string
	IDLike                                   []string
}

// Subject is the installed package that a key is wanted for.
type Subject struct {
	Type                  string // PURL type: "deb", "rpm", "apk", "golang", ...
	Name, Version         string
	Source, SourceVersion string
	Arch                  string
}

// Key is one question to ask of the advisories.
type Key struct {
	Ecosystem, Name, Version string
	// Optional keys widen the view where a source has them (Ubuntu Pro, say);
	// a package is assessed when its other keys are.
	Optional bool
}

// ErrNone says that OSV has no ecosystem for a package; the message says why.
var ErrNone = errors.New("no OSV ecosystem")

// Get finds an ecosystem by its name, with or without suffix.
func Get(ecosystem string) (Info, bool) { return Info{}, false }

// Keys gives the questions to ask for a package, or an error that wraps ErrNone.
func Keys(d Distro, s Subject) ([]Key, error) { return nil, ErrNone }

// Compare orders two versions of an ecosystem.
func Compare(ecosystem, a, b string) (int, error) { return 0, version.ErrScheme }
