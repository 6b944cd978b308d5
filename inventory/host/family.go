package host

// families groups operating systems by the format of their packages and by whom
// they take them from. A system that rebuilds or extends another belongs to its
// family; one that only shares the format (Photon and RHEL both use rpm) has a
// family of its own. Wolfi and Chainguard are built with Alpine's tools and
// belong to "alpine", although their packages are theirs.
var families = map[string]string{
	"debian": "debian", "ubuntu": "debian", "raspbian": "debian", "linuxmint": "debian", "kali": "debian",
	"pop": "debian", "devuan": "debian", "elementary": "debian", "neon": "debian", "zorin": "debian",
	"parrot": "debian", "deepin": "debian", "mx": "debian", "tails": "debian", "pureos": "debian",

	"rhel": "rhel", "fedora": "rhel", "centos": "rhel", "almalinux": "rhel", "rocky": "rhel", "ol": "rhel",
	"amzn": "rhel", "scientific": "rhel", "virtuozzo": "rhel", "cloudlinux": "rhel", "eurolinux": "rhel",
	"miraclelinux": "rhel", "tencentos": "rhel", "alinux": "rhel", "anolis": "rhel",

	"suse": "suse", "sles": "suse", "sled": "suse", "sles_sap": "suse", "sle_hpc": "suse", "sle-micro": "suse",
	"sl-micro": "suse", "sle-micro-rancher": "suse", "opensuse": "suse", "opensuse-leap": "suse",
	"opensuse-tumbleweed": "suse", "opensuse-microos": "suse", "opensuse-leap-micro": "suse",

	"alpine": "alpine", "wolfi": "alpine", "chainguard": "alpine", "postmarketos": "alpine",

	"arch": "arch", "archarm": "arch", "manjaro": "arch", "endeavouros": "arch", "artix": "arch", "cachyos": "arch",

	"gentoo": "gentoo", "slackware": "slackware", "void": "void", "nixos": "nixos",
	"mageia": "mageia", "photon": "photon", "openeuler": "openeuler",
	"azurelinux": "azurelinux", "mariner": "azurelinux",

	"freebsd": "freebsd", "windows": "windows", "macos": "macos",
}

// family is the family of an ID, or else of the closest system it is like.
// Empty: unknown.
func family(id string, like []string) string {
	if f, ok := families[id]; ok {
		return f
	}
	for _, l := range like {
		if f, ok := families[l]; ok {
			return f
		}
	}
	return ""
}
