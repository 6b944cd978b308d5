package apt

import (
	"slices"
	"strings"

	"github.com/keeppatched/keeppatched/inventory"
)

// isSecurity says whether an archive is for security updates only: by the name
// of its suite, as apt itself goes by (pkgCache::VerIterator::IsSecurityUpdate);
// or by its label, since Debian's had no such suite up to Debian 10. Of Ubuntu's
// Expanded Security Maintenance the pockets that bring other fixes end in
// "-updates".
func (r *release) isSecurity() bool {
	switch {
	case strings.HasSuffix(r.suite, "-security"), strings.HasSuffix(r.codename, "-security"):
		return true
	case r.origin == "Debian":
		return r.label == "Debian-Security"
	case r.origin == "UbuntuESM", r.origin == "UbuntuESMApps":
		return !strings.HasSuffix(r.suite, "-updates")
	}
	return false
}

// line names the release of a distribution that an archive belongs to: who
// publishes it and the codename without the archive's own suffix. Debian has
// bookworm, bookworm-updates and bookworm-security; Ubuntu has one codename for
// all. Backports are a line of their own, for which nobody publishes security
// updates apart.
func (r *release) line() string {
	if r.origin == "" || r.codename == "" || strings.HasSuffix(r.suite, "-backports") {
		return ""
	}
	codename, _, _ := strings.Cut(r.codename, "-")
	codename, _, _ = strings.Cut(codename, "/")
	return r.origin + " " + codename
}

// security knows the lines whose security archive was read.
type security struct {
	lines map[string]bool
}

func newSecurity(indexes []*index) *security {
	s := &security{lines: map[string]bool{}}
	for _, x := range indexes {
		if line := x.release.line(); line != "" && x.release.isSecurity() {
			s.lines[line] = true
		}
	}
	return s
}

// judge says whether an update closes a security problem, and which is the
// lowest version that does. It is given the versions above the installed one up
// to the candidate, newest first.
func (s *security) judge(versions []*version) (inventory.Security, string) {
	for _, v := range slices.Backward(versions) {
		if fromSecurity(v) {
			return inventory.SecurityYes, v.text
		}
	}
	for _, x := range versions[0].indexes {
		if s.lines[x.release.line()] {
			return inventory.SecurityNo, ""
		}
	}
	return inventory.SecurityUnknown, ""
}

func fromSecurity(v *version) bool {
	return slices.ContainsFunc(v.indexes, func(x *index) bool { return x.release.isSecurity() })
}
