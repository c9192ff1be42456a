internal import Bytes
package import Identity
internal import OperationsAPI

/// The file of roles: lines as in the file of keys.
///
///     role.NAME = scopes, with a space between each two
///     step_up.age.SCOPE = seconds since the login, at most
///     step_up.acr.SCOPE = values, one of which `acr` must be
///     step_up.amr.SCOPE = values, all of which `amr` must hold
package enum RolesFile {
    package static let bytesMax = 65_536
    /// Of a role, and of a value of `acr` or `amr`.
    static let nameBytesMax = 256
    static let valuesMax = 16
    static let ageSecondsMax = 86_400

    /// Reads the file; `path` is for messages.
    package static func roles(
        in bytes: [UInt8], path: String
    ) throws(ConfigurationError) -> Roles {
        var places: [String: ConfigurationPlace] = [:]
        var roles = Roles(standard: StepUp(ageSecondsMax: AdministrationRules.ageSecondsMax))
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
            do throws(Refusal) {
                try add(entry.value, key, to: &roles)
            } catch {
                throw .unacceptable(
                    at: place, key: entry.name, found: ShownText.quoted(entry.value),
                    wanted: error.wanted)
            }
        }
        return roles
    }

    private struct Refusal: Error {
        let wanted: String
    }

    private static let noScopes = Refusal(
        wanted: "of the scopes " + RolesKey.scopeNames.joined(separator: " "))

    private static func add(
        _ value: [UInt8], _ key: RolesKey, to roles: inout Roles
    ) throws(Refusal) {
        switch key {
        case .role(let name):
            var scopes: ScopeSet = []
            for word in words(value) {
                guard let scope = Scope(named: word.span) else { throw noScopes }
                scopes.formUnion(ScopeSet(scope))
            }
            guard !scopes.isEmpty else { throw noScopes }
            guard Scope(named: name.span) == nil else {
                throw Refusal(wanted: "another name, as this is a scope's")
            }
            guard roles.add(name, scopes) else {
                throw Refusal(wanted: "at most \(Roles.rolesMax) roles")
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
    case age(Scope)
    case contexts(Scope)
    case methods(Scope)

    private static let rolePrefix = "role."
    private static let stepUpPrefixes = ["step_up.age.", "step_up.acr.", "step_up.amr."]

    static let scopeNames = Scope.allCases.map { "\($0.name)" }

    /// Nil for a key that the file does not have.
    init?(_ text: String) {
        if text.hasPrefix(RolesKey.rolePrefix) {
            let name = Array(text.utf8.dropFirst(RolesKey.rolePrefix.utf8.count))
            guard RolesFile.isName(name), !name.contains(ASCII.space) else { return nil }
            self = .role(name)
            return
        }
        guard let kind = RolesKey.stepUpPrefixes.firstIndex(where: text.hasPrefix),
            let scope = Scope(
                named: Array(text.utf8.dropFirst(RolesKey.stepUpPrefixes[kind].utf8.count)).span)
        else { return nil }
        self = [.age(scope), .contexts(scope), .methods(scope)][kind]
    }

    /// The key that a misspelt one may have meant.
    static func nearest(to text: String) -> String? {
        let steps = stepUpPrefixes.flatMap { prefix in scopeNames.map { prefix + $0 } }
        return NearestName.of(text, in: steps + [rolePrefix + "NAME"])
    }
}
