internal import Bytes

/// What a customer is called in a feature store: the join key, as Feast names it, and its type.
package struct FeatureEntity: Equatable, Sendable {
    /// The types of a join key. The raw values are those of the configuration.
    package enum Kind: String, CaseIterable, Sendable { case string, int64 }

    /// The join key.
    package let name: String
    package let kind: Kind

    package init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }
}

/// The ways in which Feast writes an entity into a key. The raw values are Feast's own numbers
/// (`entity_key_serialization_version`).
package enum EntityKeyVersion: Int, CaseIterable, Sendable { case two = 2, three = 3 }

/// Why an identifier cannot name a customer. Nothing of it is repeated.
package enum CustomerIDError: Error, Equatable, Sendable {
    case empty
    case tooLong(bytesMax: Int)
    /// A per cent sign without two hexadecimal digits.
    case malformedEscape
    case notUTF8
    case controlCharacter
    /// The join key is an int64, and this is no decimal integer of that range.
    case notAnInteger
}

/// Makes Feast's keys for entities of one join key: the entity, then the project.
package struct EntityKeyLayout: Equatable, Sendable {
    private static let joinKeyType: UInt32 = 2
    private static let stringType: UInt32 = 2
    private static let int64Type: UInt32 = 4

    private let kind: FeatureEntity.Kind
    /// All bytes before the length of the value.
    private let beginning: [UInt8]
    private let project: [UInt8]

    package init(_ entity: FeatureEntity, project: String, version: EntityKeyVersion) {
        kind = entity.kind
        self.project = Array(project.utf8)
        var bytes: [UInt8] = []
        if version == .three { bytes.appendLittleEndian(UInt32(1)) }
        bytes.appendLittleEndian(EntityKeyLayout.joinKeyType)
        if version == .three { bytes.appendLittleEndian(UInt32(entity.name.utf8.count)) }
        bytes += entity.name.utf8
        bytes.appendLittleEndian(
            entity.kind == .string ? EntityKeyLayout.stringType : EntityKeyLayout.int64Type)
        beginning = bytes
    }

    /// The key of the hash that holds the features of `id`, which is a `CustomerID`'s text.
    package func key(of id: Span<UInt8>) throws(CustomerIDError) -> [UInt8] {
        var key = beginning
        switch kind {
        case .string:
            key.appendLittleEndian(UInt32(id.count))
            key.appendBytes(id)
        case .int64:
            let number = try CustomerID.integer(id)
            key.appendLittleEndian(UInt32(8))
            key.appendLittleEndian(UInt64(bitPattern: number))
        }
        return key + project
    }
}

extension [UInt8] {
    mutating func appendLittleEndian<Number: FixedWidthInteger>(_ number: Number) {
        for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
            append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }
}
