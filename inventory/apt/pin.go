package apt

import (
	"fmt"
	"strings"
)

// pin is one rule of apt_preferences(5): what it is for, and what it is worth.
type pin struct {
	names    *names // nil: all packages, and it is the archive that gets the priority
	priority int

	// One of these is asked for: a version, the host a list came from, or what
	// the Release file says. Nil patterns ask nothing.
	version         *pattern
	origin          bool
	site            *pattern
	all             bool // any release
	suiteOrCodename *pattern

	suite, codename, originName, label *pattern
	releaseVersion, component, arch    *pattern
}

// names are the packages a pin is for.
type names struct {
	pattern *pattern
	source  bool   // they are built from a source of that name
	arch    string // empty: the machine's own; "any": every
}

// parseNames reads one word of the Package field: "name", "name:arch",
// "src:name", with a pattern for the name.
func parseNames(word string) (*names, error) {
	var n names
	word, n.source = strings.CutPrefix(word, "src:")
	if i := strings.LastIndexByte(word, ':'); i >= 0 {
		word, n.arch = word[:i], word[i+1:]
	}
	if strings.Contains(n.arch, "-any") || strings.Contains(n.arch, "any-") {
		return nil, fmt.Errorf("the architecture wildcard %q is not known here", n.arch)
	}
	var err error
	n.pattern, err = parsePattern(word)
	return &n, err
}

// match says whether a version of a package of an architecture is meant.
func (n *names) match(v *version, name, arch, native string) bool {
	want := n.arch
	if want == "" {
		want = native
	}
	if want != "any" && want != arch {
		return false
	}
	if !n.source {
		return n.pattern.matches(name)
	}
	return v.source != "" && n.pattern.matches(v.source)
}

// fits says whether a pin with names is for a version.
func (p *pin) fits(v *version) bool {
	if p.version != nil {
		return p.version.matches(v.text)
	}
	for _, x := range v.indexes {
		if p.fitsIndex(x) {
			return true
		}
	}
	return v.installed && p.fitsStatus()
}

// fitsIndex compares a pin with an archive (pkgVersionMatch::FileMatch of apt).
func (p *pin) fitsIndex(x *index) bool {
	r := x.release
	switch {
	case p.version != nil:
		return false
	case p.origin:
		return p.site.matches(x.site)
	case p.all:
		return true
	}
	return p.releaseVersion.allows(r.version) && p.originName.allows(r.origin) &&
		p.suite.allows(r.suite) && p.codename.allows(r.codename) && p.label.allows(r.label) &&
		(p.suiteOrCodename == nil || p.suiteOrCodename.matches(r.suite) || p.suiteOrCodename.matches(r.codename)) &&
		p.component.allows(x.component) && p.arch.allows(x.arch)
}

// fitsStatus compares a pin with dpkg's status file, which counts as an archive
// of the suite "now".
func (p *pin) fitsStatus() bool {
	switch {
	case p.version != nil, p.origin:
		return false
	case p.all:
		return true
	}
	return p.releaseVersion == nil && p.originName == nil && p.codename == nil && p.label == nil && p.arch == nil &&
		p.suite.allows("now") && p.component.allows("now") && p.suiteOrCodename.allows("now")
}
