using VectorStore.Datasets;
using VectorStore.Engine;

namespace VectorStore.Cli.Tests.Commands;

/// <summary>Scripts rely on these numbers.</summary>
public sealed class ExitCodeTests
{
    [Fact]
    public void Of_EveryReason_IsWhatTheDocumentationSays()
    {
        var expected = new Dictionary<ErrorReason, int>
        {
            [ErrorReason.Unknown] = 70,
            [ErrorReason.CollectionNotFound] = 2,
            [ErrorReason.Closed] = 2,
            [ErrorReason.CollectionAlreadyExists] = 1,
            [ErrorReason.DataDirectoryInUse] = 5,
            [ErrorReason.CollectionDamaged] = 3,
            [ErrorReason.CollectionReadOnly] = 3,
            [ErrorReason.CorruptData] = 3,
            [ErrorReason.UnsupportedFormatVersion] = 3,
            [ErrorReason.SnapshotNotFound] = 2,
            [ErrorReason.ScheduleNotFound] = 2,
            [ErrorReason.SnapshotDamaged] = 3,
            [ErrorReason.InvalidArchive] = 3,
            [ErrorReason.StorageFailed] = 4,
            [ErrorReason.StorageFull] = 4,
            [ErrorReason.OutOfMemory] = 4,
        };
        foreach (var reason in Enum.GetValues<ErrorReason>())
            Assert.Equal(expected.GetValueOrDefault(reason, 1), ExitCode.Of(reason));
    }

    [Fact]
    public void From_WhatWasThrown_FindsReasonAndExitCode()
    {
        Check(new DatasetFormatException("f", 3, "what"), 1, "InvalidFile");
        Check(new FileNotFoundException("f"), 1, "FileUnreadable");
        Check(new IOException("f"), 4, "InputOutput");
        Check(new OperationCanceledException(), 130, "Cancelled");
        Check(new InvalidOperationException("oops"), 70, "Internal");
        Check(new AggregateException(new TaskCanceledException()), 130, "Cancelled");
        var invalid = Record.Exception(() => Filter.FromJson("{"));
        Check(invalid!, 1, "InvalidFilter");

        static void Check(Exception exception, int exitCode, string reason)
        {
            var error = CliException.From(exception);
            Assert.Equal((exitCode, reason), (error.ExitCode, error.Reason));
        }
    }
}
