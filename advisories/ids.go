package advisories

import (
	"slices"
	"strings"
)

// CVEs are the CVE ids that the record stands for, sorted: among its own id,
// its aliases and what it was derived from. AlmaLinux names them in related
// alone, so for its records those count too.
func (a *Advisory) CVEs() []string {
	var cves []string
	add := func(ids ...string) {
		for _, id := range ids {
			if strings.HasPrefix(id, "CVE-") {
				cves = append(cves, id)
			}
		}
	}
	add(a.ID)
	add(a.Aliases...)
	add(a.Upstream...)
	switch a.prefix() {
	case "ALSA", "ALBA", "ALEA":
		add(a.Related...)
	}
	slices.Sort(cves)
	return slices.Compact(cves)
}

// Security says whether the record tells of a vulnerability. Distributions of
// the Red Hat family publish bug fixes (xxBA) and enhancements (xxEA) in the
// same feed: advisories, but of updates only.
func (a *Advisory) Security() bool {
	switch a.prefix() {
	case "ALBA", "ALEA", "RHBA", "RHEA", "RLBA", "RLEA":
		return false
	}
	return true
}

// prefix is what an id begins with: the name of the database it belongs to.
func (a *Advisory) prefix() string {
	prefix, _, _ := strings.Cut(a.ID, "-")
	return prefix
}
