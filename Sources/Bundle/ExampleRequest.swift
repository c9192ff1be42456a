internal import Features
internal import JSON
package import Models
internal import POSIX

extension ModelBundle {
    /// A body that the model in a directory takes: the first example of its schema; where that has
    /// none, the request of its first golden row. Nothing else of the bundle is checked.
    package static func exampleRequest(
        in directory: String, limits: ModelLimits = ModelLimits()
    ) throws(BundleError) -> String {
        let manifest = try read(.manifest, in: directory, limits.manifestBytesMax)
        if let example = try Manifest(parsing: manifest.span, limits: limits).schema.examples.first
        {
            var writer = JSONWriter()
            writer.value(example)
            return String(decoding: writer.finish(), as: UTF8.self)
        }
        let golden = try read(.golden, in: directory, limits.goldenBytesMax)
        let line = Array(golden.prefix { $0 != UInt8(ascii: "\n") })
        do throws(GoldenFault) {
            return String(decoding: try GoldenRow(parsing: line.span).request, as: UTF8.self)
        } catch { throw .goldenRow(1, error) }
    }

    private static func read(
        _ file: BundleFile, in directory: String, _ bytesMax: Int
    ) throws(BundleError) -> [UInt8] {
        do throws(FileError) {
            return try Files.read("\(directory)/\(file.rawValue)", bytesMax: bytesMax)
        } catch { throw .unreadable(error) }
    }
}
