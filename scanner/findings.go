package scanner

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/ecosystem"
	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/scanner/finding"
)

// vulnerabilities makes one finding of each group of hits. Advisories that are
// updates and no vulnerabilities (ALBA, RHEA, ...) give missing updates.
func vulnerabilities(inv *inventory.Inventory, hits []hit) []finding.Finding {
	offers := offersOf(inv)
	groups := groupHits(inv, hits)
	fs := make([]finding.Finding, 0, len(groups))
	for _, g := range groups {
		fs = append(fs, g.finding(inv, offers))
	}
	return fs
}

func (g group) finding(inv *inventory.Inventory, offers offers) finding.Finding {
	f := finding.Finding{
		Kind:       finding.Vulnerability,
		Packages:   g.packages(inv, offers),
		Advisories: g.advisories(),
		CVEs:       g.cves(),
		Severity:   severities(g.hits),
		References: g.references(),
	}
	f.Title = cmp.Or(f.Advisories[0].Summary, title(f, g.source))
	f.Level, f.LevelFrom = level(f.Severity)
	f.FixedVersion, f.State = g.fix()
	canonical := f.Advisories[0].ID
	if len(f.CVEs) > 0 {
		canonical = f.CVEs[0]
	}
	if !g.security {
		f.Kind = finding.MissingUpdate
		f.Update = &finding.Update{Version: f.FixedVersion, Security: inventory.SecurityNo, Issued: f.Advisories[0].Published}
	}
	f.ID = findingID(f.Kind, g.ecosystem, g.source, canonical)
	return f
}

// title says what an advisory without a summary is about.
func title(f finding.Finding, source string) string {
	name := f.Advisories[0].ID
	if len(f.CVEs) > 0 {
		name = strings.Join(f.CVEs[:min(3, len(f.CVEs))], ", ")
	}
	return name + " in " + source
}

// findingID is the same on every machine for the same problem of the same
// package: it is made of nothing else.
func findingID(parts ...any) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%v\x00", p)
	}
	return "kp-" + hex.EncodeToString(h.Sum(nil)[:8])
}

// packages are the installed packages of the group, each with the advisories
// that affect it and the version that closes them.
func (g group) packages(inv *inventory.Inventory, offers offers) []finding.Package {
	hits := map[int][]hit{}
	for _, h := range g.hits {
		hits[h.pkg] = append(hits[h.pkg], h)
	}
	ps := make([]finding.Package, 0, len(hits))
	for i, hs := range hits {
		p := packageOf(inv.Packages[i])
		p.Ecosystem = g.ecosystem
		if u, ok := offers[offerKey{p.Name, p.Arch, p.Version}]; ok {
			p.Candidate = u.Version
		}
		for _, h := range hs {
			p.Advisories = append(p.Advisories, h.advisory.ID)
		}
		slices.Sort(p.Advisories)
		p.Advisories = slices.Compact(p.Advisories)
		p.FixedVersion, _ = group{unit: g.unit, hits: hs}.fix()
		ps = append(ps, p)
	}
	sortPackages(ps)
	return ps
}

// packageOf shows an installed package in a finding.
func packageOf(p inventory.Package) finding.Package {
	return finding.Package{
		Name: p.Name, Version: p.Version, Arch: p.Arch,
		Source: p.Source, SourceVersion: p.SourceVersion, PURL: p.PURL,
		Locations: append([]string{}, p.Locations...), // never null
		Backend:   p.Backend, Held: p.Held,
	}
}

func sortPackages(ps []finding.Package) {
	slices.SortFunc(ps, func(a, b finding.Package) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Arch, b.Arch), cmp.Compare(a.Version, b.Version))
	})
}

// fix is the lowest version that closes all hits: the highest of their fixed
// versions, if at that version no record of the group affects any more.
func (g group) fix() (string, finding.State) {
	highest := ""
	for _, h := range g.hits {
		if h.doubtful {
			return "", finding.Affected
		}
		if h.match.Fixed == "" {
			continue
		}
		if c, err := ecosystem.Compare(g.ecosystem, h.match.Fixed, highest); highest == "" || err == nil && c > 0 {
			highest = h.match.Fixed
		}
	}
	if highest == "" {
		return "", finding.NoFix
	}
	for _, h := range g.hits {
		at := h.query
		at.Version = highest
		if m, err := affects(h.advisory, at); err != nil || m.Affected {
			return highest, finding.Affected
		}
	}
	return highest, finding.FixAvailable
}

// advisories are the group's records, each once, in the order of rank.
func (g group) advisories() []finding.Advisory {
	var as []finding.Advisory
	for _, h := range g.hits {
		a := h.advisory
		as = append(as, finding.Advisory{
			ID: a.ID, Source: authority(a.ID), URL: link(a),
			Published: a.Published, Modified: a.Modified, Summary: a.Summary,
		})
	}
	slices.SortFunc(as, func(a, b finding.Advisory) int {
		return cmp.Or(cmp.Compare(rank(a.ID), rank(b.ID)), cmp.Compare(a.ID, b.ID))
	})
	return slices.CompactFunc(as, func(a, b finding.Advisory) bool { return a.ID == b.ID })
}

// rank orders records by how directly they tell an administrator what to do:
// a distribution's advisory, its record for a CVE, other databases, bare CVEs.
func rank(id string) int {
	prefix, _, _ := strings.Cut(id, "-")
	switch prefix {
	case "DEBIAN", "UBUNTU", "ALPINE":
		return 1
	case "GHSA", "GO", "PYSEC", "RUSTSEC", "BIT", "OSV", "MAL":
		return 2
	case "CVE":
		return 3
	}
	return 0
}

// link is where to read an advisory: its publisher's page, which names it,
// else the first page of an advisory it refers to, else OSV's.
func link(a *advisories.Advisory) string {
	named := strings.ReplaceAll(a.ID, ":", "-")
	url := ""
	for _, r := range a.References {
		if r.Type != "ADVISORY" || !isWeb(r.URL) {
			continue
		}
		if strings.Contains(strings.ReplaceAll(r.URL, ":", "-"), named) {
			return r.URL
		}
		url = cmp.Or(url, r.URL)
	}
	return cmp.Or(url, "https://osv.dev/vulnerability/"+a.ID)
}

func isWeb(url string) bool {
	return strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://")
}

func (g group) cves() []string {
	ids := []string{}
	for _, h := range g.hits {
		ids = append(ids, h.advisory.CVEs()...)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (g group) references() []string {
	urls := []string{}
	for _, h := range g.hits {
		for _, r := range h.advisory.References {
			if isWeb(r.URL) {
				urls = append(urls, r.URL)
			}
		}
	}
	slices.Sort(urls)
	return slices.Compact(urls)
}
