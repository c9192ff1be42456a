internal import POSIX

extension ModelBundle {
    /// A body that the model in a directory takes: the request of its first golden row.
    package static func exampleRequest(
        in directory: String, limits: ModelLimits = ModelLimits()
    ) throws(ModelError) -> String {
        let golden: [UInt8]
        do throws(FileError) {
            golden = try Files.read(
                "\(directory)/\(BundleFile.golden.rawValue)", bytesMax: limits.goldenBytesMax)
        } catch { throw .unreadable(error) }
        let line = Array(golden.prefix { $0 != UInt8(ascii: "\n") })
        do throws(GoldenFault) {
            return String(decoding: try GoldenRow(parsing: line.span).request, as: UTF8.self)
        } catch { throw .goldenRow(1, error) }
    }
}
