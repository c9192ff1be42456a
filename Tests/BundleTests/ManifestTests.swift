import Bundle
import JSON
import Models
import Testing

struct ManifestTests {
    @Test(arguments: [
        Calibration.none, .platt(slope: 1.25, intercept: -0.5),
    ])
    func `a manifest that is written reads back as it was`(calibration: Calibration) throws {
        let written = try SyntheticBundle(calibration: calibration)
        let manifest = try Manifest(parsing: written.manifest.span)
        var writer = JSONWriter()
        writer.value(manifest.document)
        let compact = writer.finish()
        #expect(try Manifest(parsing: compact.span) == manifest)
        #expect(manifest.calibration == calibration)
    }

    @Test(arguments: [
        ("\"format\": 1", "\"format\": 2", BundleError.format(found: 2, wanted: 1)),
        ("\"format\": 1", "\"format\": 1e300", .format(found: 1e300, wanted: 1)),
        (
            "\"format\": 1", "\"format\": \"1\"",
            .invalid(path: "format", wanted: "a number")
        ),
        ("\"format\"", "\"form\"", .missing(path: "format")),
        (
            "\"name\": \"synthetic\"", "\"name\": 5",
            .invalid(path: "name", wanted: "a string")
        ),
        ("\"model.json\"", "\"model\"", .missing(path: "sha256.model.json")),
        (
            "\"method\": \"none\"", "\"method\": \"beta\"",
            .invalid(path: "calibration.method", wanted: "none or platt")
        ),
        (
            "\"method\": \"none\"", "\"method\": \"platt\"",
            .missing(path: "calibration.slope")
        ),
        (
            "\"method\": \"none\"", "\"method\": \"platt\", \"slope\": 0, \"intercept\": 1",
            .invalid(path: "calibration.slope", wanted: "a number above 0")
        ),
        (
            "\"high\": 0.7", "\"high\": 0.4",
            .invalid(
                path: "thresholds",
                wanted: "numbers between 0 and 1, medium below high")
        ),
        ("\"thresholds\"", "\"lines\"", .missing(path: "thresholds")),
        (
            "\"metrics\": {}", "\"metrics\": []",
            .invalid(path: "metrics", wanted: "an object")
        ),
    ])
    func `a manifest that says something else is refused by the place`(
        old: String, new: String, error: BundleError
    ) throws {
        let manifest = try SyntheticBundle().manifest.replacing(old, by: new)
        #expect(throws: error) { try Manifest(parsing: manifest.span) }
    }

    @Test(arguments: [(2.0, "2"), (0, "0"), (1.5, "1.5"), (-1, "-1"), (1e300, "1e+300")])
    func `a bundle of another format is told by its number`(found: Double, text: String) {
        #expect(
            BundleError.format(found: found, wanted: 1).description
                == "manifest.json: format \(text), expected 1")
    }

    @Test func `an encoding that leaves out a value of its schema is refused`() throws {
        let files = try SyntheticBundle()
        let wider = files.manifest.replacing(
            "\"enum\": [\"basic\",\"plus\",\"all\"]",
            by: "\"enum\": [\"basic\",\"plus\",\"all\",\"x\"]")
        #expect {
            try Manifest(parsing: wider.span)
        } throws: { error in
            if case BundleError.encoding? = error as? BundleError { true } else { false }
        }
    }

    @Test func `a member of a later format is passed over`() throws {
        let files = try SyntheticBundle()
        let later = files.manifest.replacing(
            "\"format\": 1,", by: "\"format\": 1, \"reference\": {},")
        #expect(try Manifest(parsing: later.span) == Manifest(parsing: files.manifest.span))
    }

    @Test(arguments: [
        ("telco-churn", true), ("1", true), ("a.b_C-9", true), ("", false), (".", false),
        ("..", false), (".hidden", false), ("a/b", false), ("a b", false), ("é", false),
        ("a\n", false), (String(repeating: "n", count: 63), true),
        (String(repeating: "n", count: 64), true), (String(repeating: "n", count: 65), false),
    ])
    func `a name is of few letters and no path`(text: String, isName: Bool) {
        #expect(Manifest.isName(text) == isName)
    }
}
