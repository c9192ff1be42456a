internal import Bundle
internal import JSON

/// The members of an object that an administrator has sent, which may have these and no others.
struct CommandBody {
    private static let depthMax = 4

    private let object: JSONObject
    private let wanted: String

    var failure: ServiceFailure { .invalidCommand(wanted: wanted) }

    /// - Parameter wanted: the form, for the answer to any other.
    init(_ content: Span<UInt8>, of names: [String], wanted: String) throws(ServiceFailure) {
        self.wanted = wanted
        // What exactly is wrong with it is less useful than what is wanted.
        guard let value = try? JSONValue(parsing: content, depthMax: CommandBody.depthMax),
            let object = value.asObject,
            object.members.allSatisfy({ names.contains($0.name) })
        else { throw .invalidCommand(wanted: wanted) }
        self.object = object
    }

    func has(_ name: String) -> Bool { object[name] != nil }

    func text(_ name: String, bytesMax: Int) throws(ServiceFailure) -> String {
        guard let text = object[name]?.asString, 1...bytesMax ~= text.utf8.count else {
            throw failure
        }
        return text
    }

    /// Nil where it is absent.
    func sha256() throws(ServiceFailure) -> String? {
        guard has("sha256") else { return nil }
        let text = try text("sha256", bytesMax: 64)
        guard Manifest.isSHA256(text) else { throw failure }
        return text
    }

    /// The bytes of a text that must be of a form.
    func bytes(
        _ name: String, form: String, _ isAcceptable: ([UInt8]) -> Bool
    ) throws(ServiceFailure) -> [UInt8] {
        guard let text = object[name]?.asString else { throw failure }
        let bytes = Array(text.utf8)
        guard isAcceptable(bytes) else {
            throw .invalidCommand(wanted: "\(wanted), where \(name) is \(form)")
        }
        return bytes
    }

    func integer(
        _ name: String, in range: ClosedRange<Int>
    ) throws(ServiceFailure) -> Int {
        guard let number = object[name]?.asNumber, let integer = Int(exactly: number),
            range.contains(integer)
        else { throw failure }
        return integer
    }
}
