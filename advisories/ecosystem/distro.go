package ecosystem

import (
	"fmt"
	"slices"
	"strings"
)

// release is an ecosystem that may hold records of a distribution.
type release struct {
	ecosystem string
	optional  bool
}

func required(ecosystem string) []release { return []release{{ecosystem: ecosystem}} }

// rule says how a distribution's packages are asked for.
type rule struct {
	types    string // the PURL types of its own packages
	releases func(Distro) ([]release, error)
}

// rules are the distributions with data, by the ID of os-release.
var rules = map[string]rule{
	"debian":                       {"deb", debian},
	"ubuntu":                       {"deb", ubuntu},
	"echo":                         {"deb", unversioned("Echo")},
	"dhi":                          {"deb apk", dockerHardened},
	"alpine":                       {"apk", alpine},
	"alpaquita":                    {"apk", byVersion("Alpaquita")},
	"bellsoft-hardened-containers": {"apk", byVersion("BellSoft Hardened Containers")},
	"chainguard":                   {"apk", unversioned("Chainguard")},
	"cleanstart":                   {"apk", unversioned("CleanStart")},
	"minimos":                      {"apk", unversioned("MinimOS")},
	"wolfi":                        {"apk", unversioned("Wolfi")},
	"almalinux":                    {"rpm", byMajor("AlmaLinux")},
	"azurelinux":                   {"rpm", byMajor("Azure Linux")},
	"mariner":                      {"rpm", byMajor("Azure Linux")},
	"mageia":                       {"rpm", byMajor("Mageia")},
	"openeuler":                    {"rpm", openEuler},
	"opensuse-leap":                {"rpm", openSUSELeap},
	"opensuse-tumbleweed":          {"rpm", unversioned("openSUSE:Tumbleweed")},
	"photon":                       {"rpm", byVersion("Photon OS")},
	"rhel":                         {"rpm", redHat},
	"rocky":                        {"rpm", byMajor("Rocky Linux")},
	"sled":                         {"rpm", suse("Linux Enterprise Desktop")},
	"sles":                         {"rpm", suse("Linux Enterprise Server")},
	"sles_sap":                     {"rpm", suse("Linux Enterprise Server for SAP Applications")},
	"sle-micro":                    {"rpm", byVersion("SUSE:Linux Enterprise Micro ")},
	"sl-micro":                     {"rpm", byVersion("SUSE:Linux Micro ")},
}

// without are distributions that OSV has no data for; the list only makes the
// reason plainer.
var without = map[string]string{
	"amzn":    "Amazon Linux",
	"arch":    "Arch Linux",
	"centos":  "CentOS and CentOS Stream",
	"fedora":  "Fedora",
	"gentoo":  "Gentoo",
	"macos":   "macOS",
	"nixos":   "NixOS",
	"ol":      "Oracle Linux",
	"windows": "Windows",
}

// releasesOf gives the ecosystems to ask for a package of a type, the required
// ones first; at least one, or an error that wraps ErrNone.
func releasesOf(d Distro, packageType string) ([]release, error) {
	r, ok := rules[d.ID]
	switch {
	case ok && slices.Contains(strings.Fields(r.types), packageType):
		return r.releases(d)
	case ok:
		return nil, fmt.Errorf("%w: %s packages are not %s's own", ErrNone, packageType, d.ID)
	case d.ID == "":
		return nil, fmt.Errorf("%w: the operating system is unknown", ErrNone)
	case without[d.ID] != "":
		return nil, fmt.Errorf("%w: OSV has no data for %s", ErrNone, without[d.ID])
	}
	for _, like := range d.IDLike {
		if _, ok := rules[like]; ok {
			return nil, fmt.Errorf("%w: OSV has no data for %q, and that of %q does not describe the packages of its derivatives", ErrNone, d.ID, like)
		}
	}
	return nil, fmt.Errorf("%w: OSV has no data for the operating system %q", ErrNone, d.ID)
}

// unknownRelease is the error for a release that no rule can place.
func unknownRelease(d Distro) error {
	return fmt.Errorf("%w: release %q (%q) of %q is not one that OSV has data for", ErrNone, d.VersionID, d.PrettyName, d.ID)
}

// unversioned is the rule of distributions without releases.
func unversioned(ecosystem string) func(Distro) ([]release, error) {
	return func(Distro) ([]release, error) { return required(ecosystem), nil }
}

// byVersion is the rule of distributions whose suffix is VERSION_ID. A prefix
// that ends in a space is followed by it directly.
func byVersion(prefix string) func(Distro) ([]release, error) {
	if !strings.HasSuffix(prefix, " ") {
		prefix += ":"
	}
	return func(d Distro) ([]release, error) {
		if d.VersionID == "" || strings.ContainsAny(d.VersionID, ": ") {
			return nil, unknownRelease(d)
		}
		return required(prefix + d.VersionID), nil
	}
}

// byMajor is the rule of distributions whose suffix is the major release.
func byMajor(ecosystem string) func(Distro) ([]release, error) {
	return func(d Distro) ([]release, error) {
		major, _, ok := majorMinor(d.VersionID)
		if !ok {
			return nil, unknownRelease(d)
		}
		return required(ecosystem + ":" + major), nil
	}
}

// majorMinor takes "9", "9.4" or "9.4.1" apart. Anything else is not ok.
func majorMinor(v string) (major, minor string, ok bool) {
	parts := strings.Split(v, ".")
	for _, p := range parts {
		if p == "" || len(p) > 9 || strings.Trim(p, "0123456789") != "" {
			return "", "", false
		}
	}
	if len(parts) > 1 {
		minor = parts[1]
	}
	return parts[0], minor, true
}
