internal import Bytes

/// What a token's bearer may ask for.
package enum Scope: UInt8, CaseIterable, Sendable {
    /// Predictions with their probability.
    case predict
    /// Predictions with the level of the risk and without the probability.
    case predictBand
    /// The reasons of a prediction.
    case explain
    /// The risk of a customer whose features churnd looks up.
    case readCustomers
    case readMetrics
    case readAudit
    case activateModels
    case trainModels
    case revokeTokens
    case manageKeys

    /// Those of administration, which needs a recent login.
    package static let administrative: [Scope] = [.activateModels, .revokeTokens]

    /// As tokens and the file of roles spell it.
    package var name: StaticString {
        switch self {
        case .predict: "predict"
        case .predictBand: "predict:band"
        case .explain: "explain"
        case .readCustomers: "customers:read"
        case .readMetrics: "metrics:read"
        case .readAudit: "audit:read"
        case .activateModels: "models:activate"
        case .trainModels: "models:train"
        case .revokeTokens: "tokens:revoke"
        case .manageKeys: "keys:manage"
        }
    }

    /// The scope of this name, byte for byte.
    package init?(named name: Span<UInt8>) {
        for scope in Scope.allCases where name.equals(scope.name) {
            self = scope
            return
        }
        return nil
    }
}

/// Some of the scopes.
package struct ScopeSet: OptionSet, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package init(_ scope: Scope) { rawValue = 1 << UInt16(scope.rawValue) }

    package func contains(_ scope: Scope) -> Bool { isSuperset(of: ScopeSet(scope)) }
}
