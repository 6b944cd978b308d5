package ecosystem

import (
	"errors"
	"fmt"
	"slices"
	"strings"

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

// Info is what is known of one OSV ecosystem. Its slices are shared and must
// not be changed.
type Info struct {
	Name   string         // the base name, as OSV spells it ("Rocky Linux")
	Key    NameKey        // which name the records go by
	Scheme version.Scheme // how versions are ordered; empty: no order is known
	Suffix string         // the rule of what follows the colon, in a sentence; empty: nothing does
	Limits []string       // what the data cannot show, a sentence each
}

// ErrNone says that OSV has no ecosystem for a package; the message says why.
var ErrNone = errors.New("no OSV ecosystem")

// Get finds an ecosystem by its name, with or without suffix ("Debian",
// "Debian:12"). The suffix itself is not checked: which releases there are is
// the matter of the data. Where an ecosystem wraps others ("Root:Debian:12"),
// the wrapped one gives the order.
func Get(ecosystem string) (Info, bool) {
	base, suffix, _ := strings.Cut(ecosystem, ":")
	info, ok := find(base)
	if !ok {
		return Info{}, false
	}
	result := *info
	if wraps(base) {
		inner, _, _ := strings.Cut(suffix, ":")
		if wrapped, ok := find(inner); ok && !wraps(inner) {
			result.Scheme = wrapped.Scheme
		}
	}
	return result, true
}

// All gives every ecosystem, ordered by name.
func All() []Info { return slices.Clone(table[:]) }

// Compare orders two versions of an ecosystem: -1, 0 or 1. The error wraps
// [version.ErrScheme] where the ecosystem is unknown or has no order here, and
// [version.ErrInvalid] where a text is not a version of it.
func Compare(ecosystem, a, b string) (int, error) {
	scheme, err := Scheme(ecosystem)
	if err != nil {
		return 0, err
	}
	return scheme.Compare(a, b)
}

// Scheme gives the order of an ecosystem's versions. The error wraps
// [version.ErrScheme] where there is none.
func Scheme(ecosystem string) (version.Scheme, error) {
	info, ok := Get(ecosystem)
	switch {
	case !ok:
		return "", fmt.Errorf("%w: ecosystem %q is unknown", version.ErrScheme, ecosystem)
	case info.Scheme == "":
		return "", fmt.Errorf("%w: ecosystem %q defines no order of versions", version.ErrScheme, ecosystem)
	}
	return info.Scheme, nil
}

// Speaks reports whether a record's affected entry for the ecosystem record is
// about the ecosystem query. They must be equal, suffix and all. Every looser
// rule gives false findings: "Debian" would stand for all releases at once, and
// "Ubuntu:22.04" (which OSV's server takes as a search for 22.04 with and
// without Pro) would blame a machine for fixes it is not entitled to. [Keys]
// asks for each variant that applies, by its full name.
func Speaks(record, query string) bool { return record == query }

// CanonicalName is the form of a package name under which two spellings of one
// package are equal: for PyPI the normalised form of PEP 503, elsewhere the
// name itself, as OSV's names are case-sensitive.
func CanonicalName(ecosystem, name string) string {
	if base, _, _ := strings.Cut(ecosystem, ":"); base == "PyPI" {
		return normalisePyPI(name)
	}
	return name
}

// normalisePyPI puts a name in lower case, with one hyphen for each run of
// hyphens, underscores and dots (PEP 503).
func normalisePyPI(name string) string {
	if isNormalPyPI(name) {
		return name
	}
	var b strings.Builder
	separator := false
	for _, c := range []byte(name) {
		switch {
		case c == '-' || c == '_' || c == '.':
			if !separator {
				b.WriteByte('-')
			}
			separator = true
			continue
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		separator = false
		b.WriteByte(c)
	}
	return b.String()
}

func isNormalPyPI(name string) bool {
	for i := range len(name) {
		c := name[i]
		if c == '_' || c == '.' || 'A' <= c && c <= 'Z' || c == '-' && i > 0 && name[i-1] == '-' {
			return false
		}
	}
	return true
}

// find looks a base name up.
func find(base string) (*Info, bool) {
	i, ok := slices.BinarySearchFunc(table[:], base, func(e Info, name string) int {
		return strings.Compare(e.Name, name)
	})
	if !ok {
		return nil, false
	}
	return &table[i], true
}

// wraps reports whether an ecosystem's suffix names another ecosystem.
func wraps(base string) bool {
	return base == "Root" || base == "TuxCare" || base == "Docker Hardened Images"
}
