using System.Buffers.Binary;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Segments;

/// <summary>Reads and writes the calibration file of a sealed index; see <see cref="CalibrationHeader"/>.</summary>
internal static class CalibrationFile
{
    private const int LevelBytes = 8;
    private const int SettingBytes = 16;
    private const int SettingsMax = 4_096;
    private const long BodyBytesMax = CalibrationHeader.Bytes + (CalibrationHeader.LevelsMax * (LevelBytes + ((long)SettingsMax * SettingBytes)));

    public static void Save(Calibration calibration, BlockFileWriter writer)
    {
        Span<byte> header = stackalloc byte[CalibrationHeader.Bytes];
        new CalibrationHeader(calibration.Queries, calibration.Levels.Length).Write(header);
        writer.Write(header);
        Span<byte> bytes = stackalloc byte[SettingBytes];
        foreach (var level in calibration.Levels)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes, level.Wanted);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], level.Settings.Length);
            writer.Write(bytes[..LevelBytes]);
            foreach (var setting in level.Settings)
            {
                BinaryPrimitives.WriteInt32LittleEndian(bytes, setting.Ef);
                BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], setting.Candidates);
                BinaryPrimitives.WriteSingleLittleEndian(bytes[8..], setting.Recall);
                BinaryPrimitives.WriteSingleLittleEndian(bytes[12..], setting.Nanoseconds);
                writer.Write(bytes);
            }
        }
    }

    /// <exception cref="CorruptDataException">The file is not what <see cref="Save"/> wrote.</exception>
    public static Calibration Load(BlockFileReader reader)
    {
        if (reader.BodyBytes is < CalibrationHeader.Bytes or > BodyBytesMax)
            throw new CorruptDataException(reader.Path, 0, $"{reader.BodyBytes} bytes cannot be a calibration");

        byte[] body = new byte[reader.BodyBytes];
        reader.Read(body, 0);
        var header = CalibrationHeader.Read(body, reader.Path);
        var levels = new CalibrationLevel[header.Levels];
        int offset = CalibrationHeader.Bytes;
        for (int level = 0; level < levels.Length; level++)
            levels[level] = LoadLevel(body, ref offset, level == 0 ? 0 : levels[level - 1].Wanted, reader.Path);

        if (offset != body.Length)
            throw new CorruptDataException(reader.Path, offset, $"expected {offset} bytes, found {body.Length}");

        return new Calibration(header.Queries, levels);
    }

    private static CalibrationLevel LoadLevel(byte[] body, ref int offset, int wantedBefore, string file)
    {
        if (body.Length - offset < LevelBytes)
            throw new CorruptDataException(file, offset, "a level is cut off");

        int wanted = BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(offset));
        int count = BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(offset + 4));
        if (wanted <= wantedBefore)
            throw new CorruptDataException(file, offset, $"a level of {wanted} results comes after one of {wantedBefore}");
        if (count is < 1 or > SettingsMax || body.Length - offset - LevelBytes < count * SettingBytes)
            throw new CorruptDataException(file, offset + 4, $"{count} settings cannot be here");

        offset += LevelBytes;
        var settings = new CalibratedSetting[count];
        for (int i = 0; i < count; i++, offset += SettingBytes)
        {
            var bytes = body.AsSpan(offset, SettingBytes);
            var setting = new CalibratedSetting(
                BinaryPrimitives.ReadInt32LittleEndian(bytes),
                BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]),
                BinaryPrimitives.ReadSingleLittleEndian(bytes[8..]),
                BinaryPrimitives.ReadSingleLittleEndian(bytes[12..]));

            bool isFirst = i == 0;
            bool isSound = setting.Candidates >= wanted
                && setting.Ef >= 1
                && setting.Recall is >= 0 and <= 1
                && setting.Nanoseconds >= 0
                && float.IsFinite(setting.Nanoseconds)
                && (isFirst || (setting.Recall > settings[i - 1].Recall && setting.Nanoseconds > settings[i - 1].Nanoseconds));
            if (!isSound)
                throw new CorruptDataException(file, offset, $"{setting} is no setting for {wanted} results, or out of order");

            settings[i] = setting;
        }

        return new CalibrationLevel(wanted, settings);
    }
}
