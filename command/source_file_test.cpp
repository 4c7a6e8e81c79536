#include "command/source_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sstream>

#include "headroom/testing/temp_directory.hpp"

namespace headroom::command {
namespace {

class SourceFile : public ::testing::Test {
protected:
    std::expected<std::string, fault> read(const std::string& path) {
        return read_source(path, input);
    }
    std::string trouble(const std::string& content) {
        return read(here.write("manifest.yaml", content)).error().what;
    }

    std::istringstream input{"from: stdin\n"};
    headroom::testing::temp_directory here;
};

TEST_F(SourceFile, IsReadWhole) {
    EXPECT_EQ(read(here.write("manifest.yaml",
                              "title: Gr\xC3\xBC\xC3\x9F"
                              "e\r\n\ta\n")),
              "title: Gr\xC3\xBC\xC3\x9F"
              "e\r\n\ta\n");
}

TEST_F(SourceFile, ADashIsTheStandardInput) { EXPECT_EQ(read("-"), "from: stdin\n"); }

TEST_F(SourceFile, AbsentIsSaidSo) {
    EXPECT_EQ(read(here.file("none.yaml")).error().what,
              "cannot be opened: No such file or directory");
}

TEST_F(SourceFile, ADirectoryIsSaidSo) {
    EXPECT_EQ(read(here.path()).error().what, "is a directory");
}

TEST_F(SourceFile, AFifoOfTheFileSystemIsNotWaitedFor) {
    ASSERT_EQ(mkfifo(here.file("pipe").c_str(), 0600), 0);
    EXPECT_EQ(read(here.file("pipe")).error().what,
              "is not a regular file; a pipe is read as standard input (-)");
}

TEST_F(SourceFile, APipeThatWasHandedOverIsRead) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    ASSERT_EQ(write(ends[1], "a: 1\n", 5), 5);
    close(ends[1]);
    EXPECT_EQ(read("/dev/fd/" + std::to_string(ends[0])), "a: 1\n");
    close(ends[0]);
}

TEST_F(SourceFile, IsReadUpToItsBoundAndNotOneByteMore) {
    EXPECT_TRUE(check_source(std::string(source_bytes_max, ' ')));
    EXPECT_EQ(check_source(std::string(source_bytes_max + 1, ' ')).error().what,
              "is larger than the 1048576 bytes that are read");
    EXPECT_EQ(read("/dev/zero").error().what, "is larger than the 1048576 bytes that are read");
}

TEST_F(SourceFile, WithAZeroByteIsNoText) {
    const auto refused = check_source(std::string("a: 1\nb: \0", 9)).error();
    EXPECT_EQ(refused.what, "is not text: byte 0x00 at offset 8");
    EXPECT_EQ(refused.line, 2u);
}

TEST_F(SourceFile, WithBytesThatAreNoUtf8IsNoText) {
    for (const char* bytes :
         {"\xFF", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xC3", "\xC3(",
          "\x1B[31m", "\x7F", "\xF4\x90\x80\x80"})
        EXPECT_TRUE(trouble(bytes).starts_with("is not text: byte ")) << bytes;
    for (const char* bytes : {"\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xC2\xA0"})
        EXPECT_TRUE(check_source(bytes)) << bytes;
}

}  // namespace
}  // namespace headroom::command
