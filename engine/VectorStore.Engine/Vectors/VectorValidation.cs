using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace VectorStore.Engine.Vectors;

/// <summary>Says whether a vector from outside may be stored or asked for.</summary>
internal static class VectorValidation
{
    /// <summary>Returns if the vector has the right dimension, finite numbers only and, under cosine, a direction.</summary>
    /// <param name="vector">The vector as the caller gave it.</param>
    /// <param name="config">What the collection declares.</param>
    /// <param name="field">Path of the vector in the request, for the message.</param>
    /// <exception cref="InvalidRequestException">It must not be used; nothing was changed.</exception>
    public static void Validate(ReadOnlySpan<float> vector, VectorConfig config, string field)
    {
        if (vector.Length != config.Dimension)
            ThrowDimension(vector.Length, config.Dimension, field);

        // Many at once, until some of them is not finite; which one is looked for from there.
        int done = 0;
        for (; done <= vector.Length - Vector<float>.Count; done += Vector<float>.Count)
        {
            if (!Vector.LessThanOrEqualAll(Vector.Abs(new Vector<float>(vector[done..])), new Vector<float>(float.MaxValue)))
                break;
        }

        for (; done < vector.Length; done++)
        {
            if (!float.IsFinite(vector[done]))
                ThrowNonFinite(vector[done], done, field);
        }

        // Any vector that is not zero has a direction: its length is computed in double, where the smallest float squared is far from 0.
        if (config.Metric == Metric.Cosine && !vector.ContainsAnyExcept(0f))
            ThrowZero(field);
    }

    [DoesNotReturn]
    private static void ThrowDimension(int found, int expected, string field) =>
        throw new InvalidRequestException(ErrorReason.DimensionMismatch, field, $"{field}: expected dimension {expected}, got {found}");

    [DoesNotReturn]
    private static void ThrowNonFinite(float value, int position, string field) =>
        throw new InvalidRequestException(ErrorReason.NonFiniteVector, field, $"{field}[{position}] is {value}; every number of a vector must be finite");

    [DoesNotReturn]
    private static void ThrowZero(string field) =>
        throw new InvalidRequestException(ErrorReason.ZeroVector, field, $"{field} has length zero; the cosine metric needs a direction");
}
