#include "headroom/runtime/environment.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <fstream>

namespace headroom {
namespace {

class Environment : public ::testing::Test {
protected:
    Environment() {
        std::string name = ::testing::TempDir() + "headroom_env_XXXXXX";
        directory_ = ::mkdtemp(name.data());
    }
    ~Environment() override { std::filesystem::remove_all(directory_); }

    std::string write(const std::string& name, const std::string& text, mode_t mode = 0600) {
        const auto path = directory_ + "/" + name;
        std::ofstream(path) << text;
        ::chmod(path.c_str(), mode);
        return path;
    }
    environment load(std::vector<const char*> process = {},
                     std::vector<std::pair<std::string, std::string>> overrides = {}) {
        process.push_back(nullptr);
        return load_environment({std::move(overrides), process.data(), directory_});
    }
    std::string value(const environment& in, std::string_view name) {
        const auto found = in.find(name, faults_, warnings_);
        return found ? found->value + " from " + found->source : "(none)";
    }

    std::string directory_;
    setting_faults faults_, warnings_;
};

TEST_F(Environment, TakesEachNameFromTheFirstSourceThatHasIt) {
    write(".env", "A=5\nB=5\nC=5\nD=5\nE=5");
    write(".env.dev", "A=4\nB=4\nC=4\n\nD=4");
    write(".env.dev.local", "A=3\nB=3\nC=3");
    const auto env = load({"A=2", "B=2"}, {{"A", "1"}});
    EXPECT_EQ(value(env, "A"), "1 from command line");
    EXPECT_EQ(value(env, "B"), "2 from environment");
    EXPECT_EQ(value(env, "C"), "3 from .env.dev.local:3");
    EXPECT_EQ(value(env, "D"), "4 from .env.dev:5");
    EXPECT_EQ(value(env, "E"), "5 from .env:5");
    EXPECT_EQ(value(env, "F"), "(none)");
}

TEST_F(Environment, ReadsTheFilesOfItsProfileOnly) {
    write(".env.dev", "A=dev");
    write(".env.production", "A=production");
    EXPECT_EQ(value(load(), "A"), "dev from .env.dev:1");
    EXPECT_EQ(value(load({"HEADROOM_PROFILE=production"}), "A"),
              "production from .env.production:1");
    EXPECT_EQ(value(load({"HEADROOM_PROFILE=test"}), "A"), "(none)");
}

TEST_F(Environment, LetsTheBaseFileNameTheProfileButNoOther) {
    write(".env", "HEADROOM_PROFILE=production");
    EXPECT_EQ(load().profile(), profile::production);
    write(".env.production", "HEADROOM_PROFILE=dev");
    const auto env = load();
    ASSERT_EQ(env.faults().size(), 1U);
    EXPECT_EQ(env.faults()[0].message(),
              "HEADROOM_PROFILE=dev (.env.production:1): the profile is production already; set it "
              "on the command line, in the environment or in .env");
}

TEST_F(Environment, NamesTheProfileByWhatCountsFirst) {
    write(".env", "HEADROOM_PROFILE=dev");
    const auto env = load({"HEADROOM_PROFILE=production"});
    EXPECT_EQ(env.profile(), profile::production);
    EXPECT_TRUE(env.faults().empty()) << to_string(env.faults());
    EXPECT_EQ(load({"HEADROOM_PROFILE="}).profile(), profile::dev) << "as if it were not set";
}

TEST_F(Environment, ReadsNoProfileFromAFile) {
    const auto env = load({"HEADROOM_PROFILE_FILE=/run/secrets/profile"});
    ASSERT_EQ(env.faults().size(), 1U);
    EXPECT_EQ(env.faults()[0].variable, "HEADROOM_PROFILE_FILE");
}

TEST_F(Environment, TakesAnUnknownProfileForTheStrictest) {
    EXPECT_EQ(load({"HEADROOM_PROFILE=prod"}).profile(), profile::production);
}

TEST_F(Environment, ReportsTheFaultsOfItsFiles) {
    write(".env", "A=1\noops");
    const auto env = load();
    ASSERT_EQ(env.faults().size(), 1U);
    EXPECT_EQ(env.faults()[0].source, ".env:2");
}

TEST_F(Environment, ReadsASecretFromAFileAndTrimsOneNewline) {
    const auto path = "PW_FILE=" + write("pw", "s3cret\n\n");
    const auto env = load({path.c_str()});
    EXPECT_EQ(value(env, "PW"), "s3cret\n from " + directory_ + "/pw from environment");
    EXPECT_TRUE(env.contains("PW"));
}

TEST_F(Environment, RefusesAValueBesideItsFile) {
    const auto path = "PW_FILE=" + write("pw", "s3cret");
    EXPECT_EQ(value(load({"PW=x", path.c_str()}), "PW"), "(none)");
    ASSERT_EQ(faults_.size(), 1U);
    EXPECT_EQ(faults_[0].problem, "PW is set as well (environment)");
}

TEST_F(Environment, WarnsOfASecretThatEverybodyCanReadAndRefusesItInProduction) {
    const auto path = "PW_FILE=" + write("pw", "s3cret", 0644);
    EXPECT_NE(value(load({path.c_str()}), "PW"), "(none)");
    EXPECT_EQ(warnings_.size(), 1U);
    EXPECT_EQ(value(load({path.c_str(), "HEADROOM_PROFILE=production"}), "PW"), "(none)");
    EXPECT_EQ(faults_.size(), 1U);
}

TEST_F(Environment, RefusesFilesItCannotUse) {
    ::mkfifo((directory_ + "/fifo").c_str(), 0600);
    const std::array files{directory_ + "/missing", directory_, directory_ + "/fifo",
                           write("large", std::string(secret_file_bytes_max + 1, 'x')),
                           write("nul", std::string("a\0b", 3))};
    for (const auto& file : files) {
        faults_.clear();
        EXPECT_EQ(value(load({("PW_FILE=" + file).c_str()}), "PW"), "(none)") << file;
        EXPECT_EQ(faults_.size(), 1U) << file;
    }
}

TEST_F(Environment, TakesASecretOfExactlyTheBound) {
    const auto path = "PW_FILE=" + write("pw", std::string(secret_file_bytes_max, 'x'));
    EXPECT_NE(value(load({path.c_str()}), "PW"), "(none)");
}

}  // namespace
}  // namespace headroom
