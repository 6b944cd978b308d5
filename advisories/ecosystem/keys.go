package ecosystem

import (
	"errors"
	"fmt"
	"strings"

	"github.com/keeppatched/keeppatched/advisories/version"
)

// Distro is what the rules need to know of the operating system; the fields
// are those of os-release(5). ID is in lower case.
type Distro struct {
	ID, VersionID, Codename, PrettyName, CPE string
	IDLike                                   []string
}

// Subject is the installed package that a key is wanted for.
type Subject struct {
	Type                  string // PURL type: "deb", "rpm", "apk", "golang", ...
	Name, Version         string // Name as the ecosystem spells it: "group:artifact", "@scope/name", a module path
	Source, SourceVersion string // of deb, rpm and apk; empty: unknown
	Arch                  string
}

// Key is one question to ask of the advisories.
type Key struct {
	Ecosystem, Name, Version string
	// Optional keys widen the view where a source has them (Ubuntu Pro, say);
	// a package is assessed when its other keys are.
	Optional bool
}

// ErrSource says that a package's source package or its version is unknown in
// an ecosystem whose records go by it.
var ErrSource = errors.New("source package unknown")

// Keys gives the questions to ask for a package: at least one, required ones
// first, no two alike. Else the error says why there are none: it wraps
// [ErrNone] where OSV has no ecosystem for the package, [version.ErrInvalid]
// where the package has no version.
//
// An error that wraps [ErrSource] comes with keys all the same: they ask by
// the installed package's own name and version. What they find is true; that
// they find nothing proves nothing.
//
// The version of a source package is what is compared in ecosystems that go by
// source. An rpm source has no epoch of its own; that of the installed package
// is put before it, as spec files nearly always have one epoch for all.
func Keys(d Distro, s Subject) ([]Key, error) {
	if s.Name == "" {
		return nil, fmt.Errorf("%w: the package has no name", ErrNone)
	}
	if s.Version == "" {
		return nil, fmt.Errorf("package %q has no version: %w", s.Name, version.ErrInvalid)
	}
	if s.Type == "deb" || s.Type == "rpm" || s.Type == "apk" {
		return systemKeys(d, s)
	}
	return languageKeys(s)
}

// systemKeys asks each ecosystem of the distribution for each name.
func systemKeys(d Distro, s Subject) ([]Key, error) {
	releases, err := releasesOf(d, s.Type)
	if err != nil {
		return nil, err
	}
	info, _ := Get(releases[0].ecosystem) // all of them are of one base
	names, err := namesOf(info, s)
	keys := make([]Key, 0, len(releases)*len(names))
	for _, r := range releases {
		for _, n := range names {
			keys = append(keys, Key{Ecosystem: r.ecosystem, Name: n.name, Version: n.version, Optional: r.optional})
		}
	}
	return keys, err
}

// named is a name that records may go by, and the version that goes with it.
type named struct{ name, version string }

// namesOf gives the names of a package under an ecosystem's name key. With
// ErrSource it gives what is left.
func namesOf(info Info, s Subject) ([]named, error) {
	own := named{s.Name, s.Version}
	source, err := sourceOf(s)
	names := []named{own}
	switch {
	case info.Key == KeyName:
		err = nil
	case err != nil:
	case info.Key == KeySource:
		names = []named{source}
	case source != own:
		names = append(names, source)
	}
	if info.Name == "openEuler" {
		for i := range names {
			names[i].version = withoutEpoch(names[i].version)
		}
	}
	return names, err
}

// sourceOf gives a package's source with the version to compare.
func sourceOf(s Subject) (named, error) {
	v := s.SourceVersion
	if v == "" && s.Type == "apk" {
		v = s.Version // all packages of an origin have its version
	}
	if s.Source == "" || v == "" {
		return named{}, fmt.Errorf("package %q: %w", s.Name, ErrSource)
	}
	if epoch, _, ok := strings.Cut(s.Version, ":"); ok && s.Type == "rpm" && !strings.Contains(v, ":") {
		v = epoch + ":" + v
	}
	return named{s.Source, v}, nil
}

// withoutEpoch leaves out what openEuler's records leave out.
func withoutEpoch(v string) string {
	if _, rest, ok := strings.Cut(v, ":"); ok {
		return rest
	}
	return v
}

// languageKeys asks the ecosystem of a language's package type.
func languageKeys(s Subject) ([]Key, error) {
	ecosystem, ok := OfType(s.Type)
	if !ok {
		return nil, fmt.Errorf("%w for packages of type %q", ErrNone, s.Type)
	}
	key := Key{Ecosystem: ecosystem, Name: CanonicalName(ecosystem, s.Name), Version: s.Version}
	if ecosystem == "Go" {
		key.Version = strings.TrimPrefix(s.Version, "v") // as OSV's records have it
	}
	return []Key{key}, nil
}

// OfType gives the ecosystem of a PURL type whose packages are the same on every
// operating system ("golang" is Go). There is none for the types of
// distributions: their ecosystems depend on the release.
func OfType(purlType string) (ecosystem string, ok bool) {
	ecosystem, ok = languages[purlType]
	return ecosystem, ok
}

// languages are the ecosystems of the package types that need no distribution
// (github.com/package-url/purl-spec, types).
var languages = map[string]string{
	"bioconductor":     "Bioconductor",
	"bitnami":          "Bitnami",
	"cargo":            "crates.io",
	"composer":         "Packagist",
	"conan":            "ConanCenter",
	"cran":             "CRAN",
	"gem":              "RubyGems",
	"golang":           "Go",
	"hackage":          "Hackage",
	"hex":              "Hex",
	"julia":            "Julia",
	"maven":            "Maven",
	"npm":              "npm",
	"nuget":            "NuGet",
	"opam":             "opam",
	"pub":              "Pub",
	"pypi":             "PyPI",
	"swift":            "SwiftURL",
	"vscode-extension": "VSCode",
}
