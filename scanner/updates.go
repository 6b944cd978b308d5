package scanner

import (
	"cmp"
	"slices"
	"strings"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/scanner/finding"
)

// offerKey names one installed package version.
type offerKey struct{ name, arch, version string }

// offers are the updates that the package manager has, by what they replace.
type offers map[offerKey]inventory.Update

func offersOf(inv *inventory.Inventory) offers {
	o := make(offers, len(inv.Updates))
	for _, u := range inv.Updates {
		o[offerKey{u.Package, u.Arch, u.Installed}] = u
	}
	return o
}

// updateUnit is what missing updates are joined by.
type updateUnit struct {
	backend, source string
	security        inventory.Security
}

// updates makes one finding of the updates on offer for the packages of one
// source package.
func updates(inv *inventory.Inventory) []finding.Finding {
	installed := make(map[offerKey]inventory.Package, len(inv.Packages))
	for _, p := range inv.Packages {
		installed[offerKey{p.Name, p.Arch, p.Version}] = p
	}
	units := map[updateUnit][]inventory.Update{}
	for _, u := range inv.Updates {
		source := cmp.Or(installed[offerKey{u.Package, u.Arch, u.Installed}].Source, u.Source, u.Package)
		k := updateUnit{u.Backend, source, u.Security}
		units[k] = append(units[k], u)
	}
	fs := make([]finding.Finding, 0, len(units))
	for k, us := range units {
		fs = append(fs, updateFinding(k, us, installed))
	}
	return fs
}

func updateFinding(k updateUnit, us []inventory.Update, installed map[offerKey]inventory.Package) finding.Finding {
	slices.SortFunc(us, func(a, b inventory.Update) int {
		return cmp.Or(cmp.Compare(a.Package, b.Package), cmp.Compare(a.Arch, b.Arch))
	})
	lead := us[0]
	f := finding.Finding{
		ID:         findingID(finding.MissingUpdate, k.backend, k.source, k.security),
		Kind:       finding.MissingUpdate,
		Title:      updateTitle(k, lead),
		Advisories: []finding.Advisory{},
		CVEs:       []string{},
		Severity:   []finding.Severity{},
		Level:      finding.Unknown,
		State:      finding.FixAvailable,
		References: []string{},
		Update: &finding.Update{
			Version: cmp.Or(lead.SourceVersion, lead.Version), Archive: lead.Archive,
			Security: k.security, SecurityVersion: lead.SecurityVersion,
			Issued: lead.Issued, Phased: lead.Phased, Held: lead.Held,
		},
	}
	f.FixedVersion = f.Update.Version
	for _, u := range us {
		f.CVEs = append(f.CVEs, u.CVEs...)
		f.Packages = append(f.Packages, updatePackage(u, installed))
		if u.Severity != "" {
			f.Severity = append(f.Severity, finding.Severity{Authority: u.Backend, Scale: u.Backend, Value: u.Severity})
		}
	}
	slices.Sort(f.CVEs)
	f.CVEs = slices.Compact(f.CVEs)
	f.Severity = slices.Compact(f.Severity)
	f.Level, f.LevelFrom = level(f.Severity)
	return f
}

// updatePackage shows the package an update replaces, with what is on offer.
func updatePackage(u inventory.Update, installed map[offerKey]inventory.Package) finding.Package {
	p, ok := installed[offerKey{u.Package, u.Arch, u.Installed}]
	if !ok { // the metadata knows the package, the inventory does not list it
		p = inventory.Package{Name: u.Package, Arch: u.Arch, Version: u.Installed, Backend: u.Backend}
	}
	fp := packageOf(p)
	fp.Candidate, fp.FixedVersion, fp.Held = u.Version, u.Version, u.Held
	fp.Locations = append(fp.Locations, u.Locations...)
	return fp
}

func updateTitle(k updateUnit, u inventory.Update) string {
	var b strings.Builder
	b.WriteString(k.source)
	if u.Security == inventory.SecurityYes {
		b.WriteString(": security update ")
	} else {
		b.WriteString(": update ")
	}
	b.WriteString(cmp.Or(u.SourceVersion, u.Version))
	b.WriteString(" is available")
	return b.String()
}
