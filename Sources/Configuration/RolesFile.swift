internal import Bytes
package import Identity
internal import OpenSSL
internal import OperationsAPI
package import POSIX

/// The file of roles: lines as in the file of keys.
///
///     role.NAME = scopes, with a space between each two
///     quota.role.NAME = predictions in quota.window
///     quota.subject.NAME = the same of a subject, or with NAME* of each whose name begins so
///     step_up.age.SCOPE = seconds since the login, at most
///     step_up.acr.SCOPE = values, one of which `acr` must be
///     step_up.amr.SCOPE = values, all of which `amr` must hold
package struct RolesFile: Sendable {
    package static let bytesMax = 65_536
    /// Of a role, a subject, and a value of `acr` or `amr`.
    static let nameBytesMax = 256
    static let valuesMax = 16
    static let ageSecondsMax = 86_400

    /// `roles.path`.
    private let path: String
    private let place: ConfigurationPlace
    private let files: ConfigurationFiles
    /// `store.subjects`; nil with the store in Redis.
    private let subjectsMax: Int?
    private let quotaLimit: Int

    /// Nil where it is not configured.
    init?(
        _ settings: ConfigurationSettings, _ files: ConfigurationFiles,
        store: ServiceConfiguration.Store
    ) {
        guard let path = settings.optionalText(.rolesPath) else { return nil }
        self.path = path
        place = settings.place(.rolesPath)
        self.files = files
        if case .memory(let count) = store { subjectsMax = count } else { subjectsMax = nil }
        quotaLimit = settings.integer(.quotaLimit)
    }

    /// Reads the file, and checks that the store in memory can hold its quotas.
    package func read() throws(ConfigurationError) -> ReadRoles {
        let bytes: [UInt8]
        do throws(FileError) { bytes = try files.read(path, RolesFile.bytesMax).get() } catch {
            throw .unreadable(at: place, error)
        }
        let roles = try RolesFile.roles(in: bytes, path: path)
        if let subjectsMax {
            let count = roles.admissionsMax(ofSubjects: subjectsMax, standard: quotaLimit)
            guard count <= ConfigurationLimits.memoryAdmissionsMax else {
                throw .quotasTooLarge(path: path, subjects: subjectsMax, admissions: count)
            }
        }
        return ReadRoles(roles: roles, sha256: SHA256.hexDigest(bytes.span))
    }

    /// What tells the file from what it is after a change, by its path.
    package func identity() -> [String: FileIdentity?] { [path: Files.identity(of: path)] }
}

/// What the file of roles says, as it was read once.
package struct ReadRoles: Sendable {
    package let roles: Roles
    /// Of the file, in hexadecimal.
    package let sha256: String
}

// What the file says.
extension RolesFile {
    private struct Line {
        let entry: ConfigurationFile.Entry
        let key: RolesKey
        let place: ConfigurationPlace
    }

    private struct Refusal: Error {
        let wanted: String
    }

    private static let noScopes = Refusal(
        wanted: "of the scopes " + RolesKey.scopeNames.joined(separator: " "))

    /// Reads the content of a file; `path` is for messages.
    package static func roles(
        in bytes: [UInt8], path: String
    ) throws(ConfigurationError) -> Roles {
        let lines = try lines(in: bytes, path: path)
        var roles = Roles(standard: StepUp(ageSecondsMax: AdministrationRules.ageSecondsMax))
        // A role's quota may stand before the role.
        for line in lines.filter({ !$0.key.isQuota }) + lines.filter(\.key.isQuota) {
            do throws(Refusal) {
                try add(line.entry.value, line.key, to: &roles)
            } catch {
                throw .unacceptable(
                    at: line.place, key: line.entry.name,
                    found: ShownText.quoted(line.entry.value), wanted: error.wanted)
            }
        }
        return roles
    }

    private static func lines(
        in bytes: [UInt8], path: String
    ) throws(ConfigurationError) -> [Line] {
        var places: [String: ConfigurationPlace] = [:]
        var lines: [Line] = []
        for entry in try ConfigurationFile.entries(in: bytes, path: path) {
            let place = ConfigurationPlace.file(path: path, line: entry.line)
            guard let key = RolesKey(entry.name) else {
                throw .unknownKey(
                    at: place, name: ShownText.quoted(entry.name.utf8),
                    nearest: RolesKey.nearest(to: entry.name))
            }
            if let first = places.updateValue(place, forKey: entry.name) {
                throw .givenTwice(at: place, key: entry.name, first: first)
            }
            lines.append(Line(entry: entry, key: key, place: place))
        }
        return lines
    }

    private static func add(
        _ value: [UInt8], _ key: RolesKey, to roles: inout Roles
    ) throws(Refusal) {
        switch key {
        case .role(let name):
            let scopes = try scopes(value)
            guard Scope(named: name.span) == nil else {
                throw Refusal(wanted: "another name, as this is a scope's")
            }
            guard roles.add(name, scopes) else {
                throw Refusal(wanted: "at most \(Roles.rolesMax) roles")
            }
        case .roleQuota(let name):
            guard roles.setQuota(try quotaLimit(value), ofRole: name) else {
                throw Refusal(wanted: "a line role.NAME of that role too")
            }
        case .subjectQuota(let pattern):
            guard roles.setQuota(try quotaLimit(value), ofSubjects: pattern) else {
                throw Refusal(wanted: "at most \(Roles.subjectPatternsMax) subjects")
            }
        case .age(let scope):
            guard let seconds = Int(decimal: value), 0...ageSecondsMax ~= seconds else {
                throw Refusal(wanted: "an integer from 0 to \(ageSecondsMax)")
            }
            roles.changeStepUp(for: scope) { $0.ageSecondsMax = seconds }
        case .contexts(let scope):
            let names = try names(value)
            roles.changeStepUp(for: scope) { $0.contexts = names }
        case .methods(let scope):
            let names = try names(value)
            roles.changeStepUp(for: scope) { $0.methods = names }
        }
    }

    private static func scopes(_ value: [UInt8]) throws(Refusal) -> ScopeSet {
        var scopes: ScopeSet = []
        for word in words(value) {
            guard let scope = Scope(named: word.span) else { throw noScopes }
            scopes.formUnion(ScopeSet(scope))
        }
        guard !scopes.isEmpty else { throw noScopes }
        return scopes
    }

    private static func quotaLimit(_ value: [UInt8]) throws(Refusal) -> Int {
        let limits = 1...ConfigurationLimits.quotaLimitMax
        guard let limit = Int(decimal: value), limits.contains(limit) else {
            throw Refusal(wanted: "an integer from \(limits.lowerBound) to \(limits.upperBound)")
        }
        return limit
    }

    private static func names(_ value: [UInt8]) throws(Refusal) -> [[UInt8]] {
        let names = words(value)
        // A challenge quotes them as they are.
        guard 1...valuesMax ~= names.count,
            names.allSatisfy({ isName($0) && $0.allSatisfy(isQuotable) })
        else {
            throw Refusal(
                wanted: "1 to \(valuesMax) names of visible ASCII without quotation mark and "
                    + "backslash, with a space between each two")
        }
        return names
    }

    private static func words(_ bytes: [UInt8]) -> [[UInt8]] {
        bytes.split(separator: ASCII.space).map(Array.init)
    }

    private static func isQuotable(_ byte: UInt8) -> Bool {
        0x21...0x7E ~= byte && byte != ASCII.quote && byte != ASCII.backslash
    }

    fileprivate static func isName(_ bytes: [UInt8]) -> Bool {
        1...nameBytesMax ~= bytes.count && !bytes.contains(where: ASCII.isControl)
    }
}

/// What a line of the file says, and of whom.
private enum RolesKey {
    case role([UInt8])
    case roleQuota([UInt8])
    /// Of a subject, or with a star at the end of those that begin so.
    case subjectQuota([UInt8])
    case age(Scope)
    case contexts(Scope)
    case methods(Scope)

    private static let prefixes = [
        "role.", "quota.role.", "quota.subject.", "step_up.age.", "step_up.acr.", "step_up.amr.",
    ]

    static let scopeNames = Scope.allCases.map { "\($0.name)" }

    var isQuota: Bool {
        switch self {
        case .roleQuota, .subjectQuota: true
        case .role, .age, .contexts, .methods: false
        }
    }

    /// Nil for a key that the file does not have.
    init?(_ text: String) {
        guard let kind = RolesKey.prefixes.firstIndex(where: text.hasPrefix) else { return nil }
        let name = Array(text.utf8.dropFirst(RolesKey.prefixes[kind].utf8.count))
        guard RolesFile.isName(name), !name.contains(ASCII.space) else { return nil }
        if kind < 3 {
            self = [.role(name), .roleQuota(name), .subjectQuota(name)][kind]
            return
        }
        guard let scope = Scope(named: name.span) else { return nil }
        self = [.age(scope), .contexts(scope), .methods(scope)][kind - 3]
    }

    /// The key that a misspelt one may have meant.
    static func nearest(to text: String) -> String? {
        let steps = prefixes[3...].flatMap { prefix in scopeNames.map { prefix + $0 } }
        return NearestName.of(text, in: steps + prefixes[..<3].map { $0 + "NAME" })
    }
}
