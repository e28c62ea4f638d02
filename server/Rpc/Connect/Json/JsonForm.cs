namespace VectorStore.Server.Rpc.Connect.Json;

/// <summary>How messages of a type look in JSON.</summary>
internal enum JsonForm
{
    /// <summary>An object with a member for each field.</summary>
    Message,

    /// <summary>google.protobuf.Struct: any object.</summary>
    Struct,

    /// <summary>google.protobuf.Value: any value.</summary>
    Value,

    /// <summary>google.protobuf.ListValue: any array.</summary>
    List,

    /// <summary>Another type of google.protobuf with a form of its own, such as Timestamp. None of our services has one.</summary>
    Special,
}
