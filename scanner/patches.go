package scanner

import (
	"cmp"
	"slices"

	"github.com/keeppatched/keeppatched/advisories/ecosystem"
	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/scanner/finding"
)

// patches derives from ordered findings what to upgrade: for each source
// package one upgrade, to the lowest version that closes all that can be.
func patches(fs []finding.Finding) []finding.Patch {
	// A name means a source package only together with its package manager.
	type origin struct{ backend, source string }
	index := map[origin]int{}
	builders := []*patchBuilder{}
	for _, f := range fs {
		if f.State != finding.FixAvailable {
			continue
		}
		from := origin{f.Packages[0].Backend, cmp.Or(f.Packages[0].Source, f.Packages[0].Name)}
		n, ok := index[from]
		if !ok {
			n = len(builders)
			index[from] = n
			builders = append(builders, newPatchBuilder(from.source))
		}
		builders[n].add(f)
	}
	ps := make([]finding.Patch, 0, len(builders))
	for _, b := range builders {
		ps = append(ps, b.patch())
	}
	slices.SortStableFunc(ps, func(a, b finding.Patch) int {
		return cmp.Or(-compareBool(a.Security, b.Security), cmp.Compare(b.Severity.Rank(), a.Severity.Rank()),
			cmp.Compare(a.Source, b.Source))
	})
	return ps
}

// patchBuilder collects the findings of one source package.
type patchBuilder struct {
	p        finding.Patch
	packages map[offerKey]finding.PatchPackage
}

func newPatchBuilder(source string) *patchBuilder {
	return &patchBuilder{
		p:        finding.Patch{Source: source, Closes: []string{}, CVEs: []string{}, Severity: finding.Unknown},
		packages: map[offerKey]finding.PatchPackage{},
	}
}

func (b *patchBuilder) add(f finding.Finding) {
	b.p.Closes = append(b.p.Closes, f.ID)
	b.p.CVEs = append(b.p.CVEs, f.CVEs...)
	if f.Level.Rank() > b.p.Severity.Rank() {
		b.p.Severity = f.Level
	}
	if f.Kind == finding.Vulnerability || f.Update != nil && f.Update.Security == inventory.SecurityYes {
		b.p.Security = true
	}
	for _, p := range f.Packages {
		k := offerKey{p.Name, p.Arch, p.Version}
		pp := b.packages[k]
		b.packages[k] = finding.PatchPackage{
			Name: p.Name, Arch: p.Arch, Installed: p.Version,
			Candidate: cmp.Or(pp.Candidate, p.Candidate), Held: pp.Held || p.Held,
		}
		b.raise(p.Ecosystem, f.FixedVersion)
	}
}

// raise lifts the version to upgrade to. Only advisories name one: what the
// package manager offers stands with the packages.
func (b *patchBuilder) raise(eco, fixed string) {
	if eco == "" || fixed == "" {
		return
	}
	if c, err := ecosystem.Compare(eco, fixed, b.p.Version); b.p.Version == "" || err == nil && c > 0 {
		b.p.Ecosystem, b.p.Version = eco, fixed
	}
}

func (b *patchBuilder) patch() finding.Patch {
	p := b.p
	slices.Sort(p.CVEs)
	p.CVEs = slices.Compact(p.CVEs)
	for _, pp := range b.packages {
		p.Packages = append(p.Packages, pp)
	}
	slices.SortFunc(p.Packages, func(a, b finding.PatchPackage) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Arch, b.Arch), cmp.Compare(a.Installed, b.Installed))
	})
	return p
}

// compareBool orders false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
