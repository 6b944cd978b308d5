package ecosystem

import "github.com/keeppatched/keeppatched/advisories/version"

// What several feeds cannot show.
const (
	errataOnly    = "Only published errata are in the data: what is vulnerable and not yet fixed, or never will be, does not appear."
	secdbOnly     = "The data comes from the distribution's list of fixes: what is vulnerable and not yet fixed does not appear."
	noImporter    = "The schema names the ecosystem, and no data of it is known to be published by osv.dev."
	reportsOnly   = "The records follow the advisories of the ecosystem's own database and GitHub's: a flaw nobody reported there does not appear."
	noOrderKnown  = "No order of versions is defined: only records that list a version literally, or use SemVer ranges, can match."
	innerDecides  = "The order of versions is that of the wrapped ecosystem; records with a suffix that names none cannot be evaluated."
	moduleLevel   = "Records match whole modules: the vulnerable function need not be called."
	archPURL      = "The architecture that a record holds for is only in its package URL."
	livepatchNote = "Kernel live patches are not seen: a patched running kernel is still listed."
)

// table holds every ecosystem, ordered by name; it never changes.
var table = [...]Info{
	{Name: "AlmaLinux", Key: KeyName, Scheme: version.RPM, Suffix: "The major release: AlmaLinux:9.",
		Limits: []string{errataOnly,
			"Names are those of binary packages, though the schema says source packages.",
			"The module stream that a fix belongs to is only in the record's summary.",
			"CVEs are listed as related, and severity only in the summary's words."}},
	{Name: "Alpaquita", Key: KeySource, Scheme: version.APK, Suffix: "The release, or stream: Alpaquita:23, Alpaquita:stream.", Limits: []string{secdbOnly}},
	{Name: "Alpine", Key: KeySource, Scheme: version.APK, Suffix: "The branch with a v: Alpine:v3.18. There is none for edge.", Limits: []string{secdbOnly}},
	{Name: "Android", Key: KeyName, Limits: []string{noOrderKnown}},
	{Name: "Azure Linux", Key: KeySource, Scheme: version.RPM, Suffix: "The major release: Azure Linux:3."},
	{Name: "BellSoft Hardened Containers", Key: KeySource, Scheme: version.APK,
		Suffix: "The release, or stream: BellSoft Hardened Containers:23.", Limits: []string{secdbOnly}},
	{Name: "Bioconductor", Key: KeyName, Scheme: version.CRAN, Limits: []string{reportsOnly}},
	{Name: "Bitnami", Key: KeyName, Scheme: version.SemVer, Limits: []string{"The records are of the packaged component, whose version omits Bitnami's own revision."}},
	{Name: "CRAN", Key: KeyName, Scheme: version.CRAN, Limits: []string{reportsOnly}},
	{Name: "Chainguard", Key: KeyBoth, Scheme: version.APK, Limits: []string{secdbOnly, archPURL}},
	{Name: "CleanStart", Key: KeyBoth, Scheme: version.APK},
	{Name: "ConanCenter", Key: KeyName, Scheme: version.SemVer, Limits: []string{reportsOnly}},
	{Name: "Debian", Key: KeySource, Scheme: version.Dpkg, Suffix: "The major release: Debian:12; Debian:sid for unstable.",
		Limits: []string{
			"Open, undetermined, postponed and ignored vulnerabilities are alike: affected, without a fix.",
			"Entries that Debian tracks without a CVE are left out.",
			"Packages from backports or other archives are compared with the release's own fixes."}},
	{Name: "Docker Hardened Images", Key: KeyBoth, Suffix: "The lineage and its release: Docker Hardened Images:Debian:13.",
		Limits: []string{innerDecides, "Packages that a derived image added are not described."}},
	{Name: "Echo", Key: KeySource, Scheme: version.Dpkg},
	{Name: "FreeBSD", Key: KeyName, Suffix: "ports, kernel or base, and perhaps a release: FreeBSD:ports.", Limits: []string{noImporter, noOrderKnown}},
	{Name: "GHC", Key: KeyName, Scheme: version.SemVer, Limits: []string{reportsOnly}},
	{Name: "GitHub Actions", Key: KeyName, Limits: []string{noOrderKnown}},
	{Name: "Go", Key: KeyName, Scheme: version.SemVer, Limits: []string{moduleLevel}},
	{Name: "Hackage", Key: KeyName, Scheme: version.Hackage, Limits: []string{reportsOnly}},
	{Name: "Hex", Key: KeyName, Scheme: version.SemVer, Limits: []string{reportsOnly}},
	{Name: "Homebrew", Key: KeyName, Limits: []string{noImporter, noOrderKnown}},
	{Name: "Julia", Key: KeyName, Scheme: version.SemVer, Limits: []string{reportsOnly}},
	{Name: "Kubernetes", Key: KeyName, Limits: []string{noOrderKnown}},
	{Name: "Linux", Key: KeyName, Limits: []string{"The records are of the upstream kernel: they say nothing of a distribution's kernel.", noOrderKnown}},
	{Name: "Mageia", Key: KeySource, Scheme: version.RPM, Suffix: "The release: Mageia:9.", Limits: []string{errataOnly}},
	{Name: "Maven", Key: KeyName, Scheme: version.Maven, Suffix: "None for Maven Central, else the repository's URL.", Limits: []string{reportsOnly}},
	{Name: "MinimOS", Key: KeyBoth, Scheme: version.APK, Limits: []string{secdbOnly}},
	{Name: "NuGet", Key: KeyName, Scheme: version.NuGet, Limits: []string{reportsOnly}},
	{Name: "OSS-Fuzz", Key: KeyName, Limits: []string{noOrderKnown}},
	{Name: "Packagist", Key: KeyName, Scheme: version.Packagist, Suffix: "None for packagist.org, else the repository's URL.", Limits: []string{reportsOnly}},
	{Name: "Photon OS", Key: KeyName, Scheme: version.RPM, Suffix: "The release: Photon OS:5.0.", Limits: []string{noImporter}},
	{Name: "Pub", Key: KeyName, Scheme: version.Pub, Limits: []string{reportsOnly}},
	{Name: "PyPI", Key: KeyName, Scheme: version.PyPI, Limits: []string{reportsOnly}},
	{Name: "Red Hat", Key: KeyName, Scheme: version.RPM, Suffix: "The product's CPE after the vendor: Red Hat:enterprise_linux:9::appstream.",
		Limits: []string{errataOnly, "Whether a machine may use extended update support (EUS, AUS, E4S, TUS, ELS) is not visible on it."}},
	{Name: "Rocky Linux", Key: KeyBoth, Scheme: version.RPM, Suffix: "The major release: Rocky Linux:9.", Limits: []string{errataOnly}},
	{Name: "Root", Key: KeyName, Suffix: "The patched distribution and release, or the language's ecosystem: Root:Debian:12, Root:PyPI.",
		Limits: []string{innerDecides}},
	{Name: "RubyGems", Key: KeyName, Scheme: version.RubyGems, Limits: []string{reportsOnly}},
	{Name: "SUSE", Key: KeySource, Scheme: version.RPM, Suffix: "The product or module with its release: SUSE:Linux Enterprise Module for Basesystem 15 SP6.",
		Limits: []string{errataOnly, "Which modules a machine is subscribed to is not looked at: all modules of the release are asked for."}},
	{Name: "SwiftURL", Key: KeyName, Scheme: version.SemVer, Limits: []string{reportsOnly}},
	{Name: "TuxCare", Key: KeyName, Suffix: "The maintained distribution and release, or the language's ecosystem: TuxCare:CentOS:8.4.", Limits: []string{innerDecides}},
	{Name: "Ubuntu", Key: KeySource, Scheme: version.Dpkg, Suffix: "The release, with LTS where it is one, and Pro before it: Ubuntu:22.04:LTS, Ubuntu:Pro:22.04:LTS.",
		Limits: []string{
			"Needed, pending, deferred and ignored vulnerabilities are alike: affected, without a fix.",
			"Whether a machine is attached to Ubuntu Pro is not part of the data.", livepatchNote}},
	{Name: "VSCode", Key: KeyName, Scheme: version.SemVer, Suffix: "None for Microsoft's marketplace, else the registry's URL.", Limits: []string{reportsOnly}},
	{Name: "Wolfi", Key: KeyBoth, Scheme: version.APK, Limits: []string{secdbOnly, archPURL}},
	{Name: "WordPress", Key: KeyName, Limits: []string{noOrderKnown}},
	{Name: "crates.io", Key: KeyName, Scheme: version.SemVer, Limits: []string{reportsOnly}},
	{Name: "npm", Key: KeyName, Scheme: version.SemVer, Limits: []string{reportsOnly}},
	{Name: "opam", Key: KeyName, Scheme: version.Opam, Limits: []string{reportsOnly}},
	{Name: "openEuler", Key: KeySource, Scheme: version.RPM, Suffix: "The release and its service pack: openEuler:24.03-LTS-SP1.",
		Limits: []string{errataOnly, "Versions are recorded without the epoch: they are compared without it.", "Releases without long-term support are not in the data."}},
	{Name: "openSUSE", Key: KeySource, Scheme: version.RPM, Suffix: "The distribution and its release: openSUSE:Leap 15.6, openSUSE:Tumbleweed.", Limits: []string{errataOnly}},
	{Name: "vcpkg", Key: KeyName, Limits: []string{noImporter, noOrderKnown}},
}
