import ModelImport
import Models
import POSIX
import TestSupport
import Testing

@Suite struct UBJSONNumbersTests {
    /// Bits of integers and floats that are at some end: written over whatever is there.
    private static let patterns: [[UInt8]] = [
        [0x00], [0x7F], [0x80], [0xFF], [0x7F, 0xFF], [0x80, 0x00], [0xFF, 0xFF],
        [0x7F, 0xFF, 0xFF, 0xFF], [0x80, 0x00, 0x00, 0x00], [0xFF, 0xFF, 0xFF, 0xFF],
        // Floats: NaN, infinite, the greatest, the least; then the same as doubles.
        [0x7F, 0xC0, 0x00, 0x00], [0xFF, 0x80, 0x00, 0x00], [0x7F, 0x7F, 0xFF, 0xFF],
        [0x00, 0x00, 0x00, 0x01], [0x7F, 0xF8, 0, 0, 0, 0, 0, 0], [0xFF, 0xF0, 0, 0, 0, 0, 0, 0],
        [0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0, 0, 0, 0, 0],
    ]

    /// A trap ends the run of all tests, so that coming to the end of the table is tested first.
    @Test(arguments: ["release-1.ubj", "release-3.ubj"])
    func `a model in UBJSON with any bits in any place is taken or refused`(name: String) throws {
        let file = try Files.read(
            "\(ProjectPlaces.root)/Tests/ModelImportTests/Fixtures/\(name)", bytesMax: 1 << 20)
        var taken = 0
        var refused = 0
        // Every place of the beginning, where the lengths of all kinds are, and some of the rest.
        let places =
            Array(0..<min(600, file.count)) + Array(stride(from: 600, to: file.count, by: 29))
        for place in places {
            for pattern in Self.patterns where place + pattern.count <= file.count {
                var changed = file
                changed.replaceSubrange(place..<place + pattern.count, with: pattern)
                do throws(UBJSONError) {
                    let json = try UBJSONReader.json(changed.span, bytesMax: 1 << 20)
                    taken += 1
                    _ = try? Ensemble(xgboostJSON: json.span, featureNames: ["a"])
                } catch {
                    refused += 1
                    #expect(!error.description.isEmpty)
                }
            }
        }
        #expect(taken > 0)
        #expect(refused > 0)
    }

    @Test(arguments: ["release-1.json", "release-3.json"])
    func `a model in JSON with any number in any place is imported or refused`(
        name: String
    ) throws {
        let file = try Files.read(
            "\(ProjectPlaces.root)/Tests/ModelImportTests/Fixtures/\(name)", bytesMax: 1 << 20)
        let count = ExtremeNumbers.places(in: file).count
        var refused = 0
        ExtremeNumbers.forEachVariant(of: file, step: max(1, count / 60)) { file in
            do throws(ModelError) {
                _ = try Ensemble(xgboostJSON: file.span, featureNames: ["a"])
            } catch {
                refused += 1
                #expect(!error.description.isEmpty)
            }
        }
        #expect(refused > 0)
    }
}
