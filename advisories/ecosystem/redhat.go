package ecosystem

import (
	"fmt"
	"strconv"
	"strings"
)

// The repositories of Red Hat Enterprise Linux, as its CPEs name them: the part
// after the release. Any of them may ship a package that a machine has.
var (
	// of 8 and later; the first two belong to every machine
	redHatChannels = []string{"baseos", "appstream", "crb", "fastdatapath", "highavailability", "hypervisor",
		"nfv", "realtime", "resilientstorage", "sap", "sap_hana", "supplementary"}
	// of 7 and earlier; one of the first four belongs to every machine
	redHatVariants = []string{"server", "workstation", "client", "computenode", "hypervisor", "container", "fastdatapath"}
	// streams of one minor release, for those who subscribed to them
	redHatStreams = []string{"rhel_eus", "rhel_aus", "rhel_e4s", "rhel_tus"}
)

// redHatMinors is how many minor releases a major release has at most: from
// 10 on, the CPE of a package's product names the minor release.
const redHatMinors = 11

// redHat has the products that a machine of a major release gets packages from.
// Which of them it does is not visible in the packages, so all are asked for;
// the ones that every machine has are required.
func redHat(d Distro) ([]release, error) {
	major, minor, ok := majorMinor(redHatVersion(d))
	if !ok {
		return nil, unknownRelease(d)
	}
	n, err := strconv.Atoi(major)
	if err != nil {
		return nil, unknownRelease(d)
	}
	const base = "Red Hat:enterprise_linux:"
	var out []release
	switch {
	case n <= 7:
		for i, v := range redHatVariants {
			out = append(out, release{base + major + "::" + v, i > 0})
		}
		return append(out, release{"Red Hat:rhel_els:" + major, true}, release{"Red Hat:rhel_extras_other:" + major, true}), nil
	case n <= 9:
		for i, c := range redHatChannels {
			out = append(out, release{base + major + "::" + c, i > 1})
		}
	default:
		for i := range redHatMinors {
			out = append(out, release{fmt.Sprintf("%s%s.%d", base, major, i), i > 0})
		}
	}
	if minor == "" {
		return out, nil
	}
	if n >= 10 {
		return append(out, release{"Red Hat:enterprise_linux_eus:" + major + "." + minor, true}), nil
	}
	for _, stream := range redHatStreams {
		for _, c := range redHatChannels[:3] {
			out = append(out, release{"Red Hat:" + stream + ":" + major + "." + minor + "::" + c, true})
		}
	}
	return out, nil
}

// redHatVersion is VERSION_ID, or where that is missing the release in the CPE,
// "cpe:/o:redhat:enterprise_linux:9::baseos".
func redHatVersion(d Distro) string {
	if d.VersionID != "" {
		return d.VersionID
	}
	_, rest, _ := strings.Cut(d.CPE, ":redhat:enterprise_linux:")
	v, _, _ := strings.Cut(rest, ":")
	return v
}
