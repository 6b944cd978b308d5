package ecosystem

// suseModules are the modules and extensions of SUSE Linux Enterprise 15. The
// first holds the base system of every machine.
var suseModules = []string{
	"Linux Enterprise Module for Basesystem", "Linux Enterprise Module for Server Applications",
	"Linux Enterprise Module for Certifications", "Linux Enterprise Module for Confidential Computing Technical Preview",
	"Linux Enterprise Module for Containers", "Linux Enterprise Module for Desktop Applications",
	"Linux Enterprise Module for Development Tools", "Linux Enterprise Module for HPC",
	"Linux Enterprise Module for Legacy", "Linux Enterprise Module for Package Hub",
	"Linux Enterprise Module for Public Cloud", "Linux Enterprise Module for Python 3",
	"Linux Enterprise Module for SAP Applications", "Linux Enterprise Module for SUSE Manager Server",
	"Linux Enterprise Module for Systems Management", "Linux Enterprise Module for Transactional Server",
	"Linux Enterprise Module for Web and Scripting",
	"Linux Enterprise High Availability Extension", "Linux Enterprise Live Patching",
	"Linux Enterprise Real Time", "Linux Enterprise Workstation Extension", "Package Hub",
}

// suse is the rule of a SUSE Linux Enterprise product. SUSE spells the release
// "15 SP5" where VERSION_ID is "15.5", and files a package of release 15 under
// the module that ships it; which one that is, the package does not tell, so
// all are asked for. Packages of long-term support are filed under the product
// with "-LTSS". Before release 15, and after it, the product has them all.
func suse(product string) func(Distro) ([]release, error) {
	return func(d Distro) ([]release, error) {
		major, minor, ok := majorMinor(d.VersionID)
		if !ok {
			return nil, unknownRelease(d)
		}
		if major != "15" {
			name := "SUSE:" + product + " " + suseRelease(major, minor)
			return []release{{ecosystem: name}, {ecosystem: name + "-LTSS", optional: true}}, nil
		}
		suffix := " " + suseRelease(major, minor)
		var out []release
		for i, m := range suseModules {
			out = append(out, release{"SUSE:" + m + suffix, i > 0})
		}
		return append(out, release{"SUSE:" + product + suffix, true}, release{"SUSE:" + product + suffix + "-LTSS", true}), nil
	}
}

// suseRelease is the release as product names have it: "12 SP5", "15", "16.0".
func suseRelease(major, minor string) string {
	packs := major == "11" || major == "12" || major == "15"
	switch {
	case minor == "" || packs && minor == "0":
		return major
	case packs:
		return major + " SP" + minor
	default:
		return major + "." + minor
	}
}

// openSUSELeap has "openSUSE:Leap 15.6".
func openSUSELeap(d Distro) ([]release, error) {
	if _, minor, ok := majorMinor(d.VersionID); !ok || minor == "" {
		return nil, unknownRelease(d)
	}
	return required("openSUSE:Leap " + d.VersionID), nil
}
